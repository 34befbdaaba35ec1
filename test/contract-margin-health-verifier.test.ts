import { encodeBytes32String, type Contract } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { connect, eventsOf, refusal, type Chain } from "./support/contracts.ts";
import { keyOf, simulate, trapdoor } from "./support/tiny-groth16.ts";

const LOCAL = 0;
const CEREMONY = 1;
const DESK = encodeBytes32String("desk");
const TEST = encodeBytes32String("test");
const DESK_SECRETS = trapdoor("desk");
const TEST_SECRETS = trapdoor("test");
const SIGNALS = [1n, 2n, 3n, 4n, 5n, 6n, 7n];
const PROOF = simulate(DESK_SECRETS, SIGNALS);

let chain: Chain;
let verifier: Contract;
let deskKey: Contract;
let testKey: Contract;

const addTier = (tier: string, address: unknown, setup = LOCAL, contract = verifier) => contract.getFunction("addTier")(tier, address, setup);
const disableTier = (tier: string) => verifier.getFunction("disableTier")(tier);
const verifyProof = (tier: string, proof = PROOF, signals = SIGNALS): Promise<unknown> => verifier.getFunction("verifyProof")(tier, proof, signals);
const refused = (action: Promise<unknown>) => refusal(action, verifier);

beforeAll(async () => {
  chain = await connect();
  deskKey = await chain.ethers.deployContract("Groth16Verifier", [keyOf(DESK_SECRETS)]);
  testKey = await chain.ethers.deployContract("Groth16Verifier", [keyOf(TEST_SECRETS)]);
});
beforeEach(async () => {
  const [admin] = await chain.ethers.getSigners();
  verifier = await chain.ethers.deployContract("MarginHealthVerifier", [admin!.address]);
});
afterAll(() => chain.close());

describe("verifying", () => {
  beforeEach(async () => {
    await addTier(DESK, deskKey.target);
    await addTier(TEST, testKey.target);
  });

  it("returns for a proof of its signals under its tier's key", async () => {
    expect(await verifyProof(DESK)).toEqual(expect.objectContaining({ length: 0 }));
    expect(await verifyProof(TEST, simulate(TEST_SECRETS, SIGNALS))).toEqual(expect.objectContaining({ length: 0 }));
  });

  it("refuses any signal changed by one: false is never taken for an answer", async () => {
    for (const [i, value] of SIGNALS.entries()) {
      for (const step of [1n, -1n]) expect(await refused(verifyProof(DESK, PROOF, SIGNALS.with(i, value + step)))).toEqual({ name: "InvalidProof", args: [] });
    }
  });

  it("refuses a proof made for another tier", async () => {
    expect(await refused(verifyProof(TEST))).toEqual({ name: "InvalidProof", args: [] });
  });

  it("refuses an unknown tier", async () => {
    const other = encodeBytes32String("institution");
    expect(await refused(verifyProof(other))).toEqual({ name: "UnknownTier", args: [other] });
  });

  it("refuses a disabled tier, and keeps the others", async () => {
    await disableTier(DESK);
    expect(await refused(verifyProof(DESK))).toEqual({ name: "TierDisabled", args: [DESK] });
    expect(await verifyProof(TEST, simulate(TEST_SECRETS, SIGNALS))).toEqual(expect.objectContaining({ length: 0 }));
  });

  it("passes on why the key refused", async () => {
    expect(await refused(verifyProof(DESK, PROOF, SIGNALS.with(3, 4n + FIELD)))).toEqual({ name: "PublicSignalNotInField", args: [3n] });
    expect(await refused(verifyProof(DESK, { ...PROOF, a: [0n, 0n] }))).toEqual({ name: "MalformedProof", args: [] });
    expect(await refused(verifyProof(DESK, { ...PROOF, b: [[1n, 2n], [3n, 4n]] }))).toEqual({ name: "PrecompileFailed", args: [8n] });
  });
});

describe("the tier table", () => {
  it("announces a tier with its key's hash and set-up, and remembers it", async () => {
    const hash: string = await deskKey.getFunction("verificationKeyHash")();
    expect(await eventsOf(addTier(DESK, deskKey.target, CEREMONY), verifier, "TierAdded")).toEqual([[DESK, deskKey.target, hash, BigInt(CEREMONY)]]);
    expect([...(await verifier.getFunction("tierOf")(DESK))]).toEqual([deskKey.target, BigInt(CEREMONY), false]);
    expect([...(await verifier.getFunction("tierOf")(TEST))]).toEqual(["0x0000000000000000000000000000000000000000", 0n, false]);
  });

  it("never replaces a key, nor brings back a disabled tier", async () => {
    await addTier(DESK, deskKey.target);
    expect(await refused(addTier(DESK, testKey.target))).toEqual({ name: "TierKnown", args: [DESK] });
    expect(await eventsOf(disableTier(DESK), verifier, "TierDisabledForGood")).toEqual([[DESK]]);
    expect(await refused(addTier(DESK, deskKey.target))).toEqual({ name: "TierKnown", args: [DESK] });
    expect(await refused(disableTier(DESK))).toEqual({ name: "TierDisabled", args: [DESK] });
  });

  it("refuses an empty name, an address without code, and disabling what is not there", async () => {
    const [, stranger] = await chain.ethers.getSigners();
    expect(await refused(addTier(encodeBytes32String(""), deskKey.target))).toEqual({ name: "InvalidTier", args: [] });
    expect(await refused(addTier(DESK, stranger!.address))).toEqual({ name: "NoVerifierCode", args: [stranger!.address] });
    expect(await refused(disableTier(DESK))).toEqual({ name: "UnknownTier", args: [DESK] });
  });

  it("refuses a contract that holds no key", async () => {
    await expect(addTier(DESK, verifier.target)).rejects.toThrow(/reverted/);
  });

  it("refuses strangers, each role apart", async () => {
    const [admin, tierAdmin, guardian] = await chain.ethers.getSigners();
    const [addRole, disableRole] = [await verifier.getFunction("TIER_ADMIN_ROLE")(), await verifier.getFunction("GUARDIAN_ROLE")()];
    for (const [role, holder] of [[addRole, tierAdmin], [disableRole, guardian]] as const) {
      await verifier.getFunction("grantRole")(role, holder!.address);
      await verifier.getFunction("revokeRole")(role, admin!.address);
    }
    const as = (signer: typeof admin) => verifier.connect(signer!) as Contract;
    expect(await refused(as(guardian).getFunction("addTier")(DESK, deskKey.target, LOCAL))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [guardian!.address, addRole] });
    await as(tierAdmin).getFunction("addTier")(DESK, deskKey.target, LOCAL);
    expect(await refused(as(tierAdmin).getFunction("disableTier")(DESK))).toEqual({ name: "AccessControlUnauthorizedAccount", args: [tierAdmin!.address, disableRole] });
    await as(guardian).getFunction("disableTier")(DESK);
  });
});

describe("on a public network", () => {
  it("refuses a key of a local set-up, and takes one of a ceremony", async () => {
    const mainnet = await connect({ network: "publicNetwork" });
    try {
      const [admin] = await mainnet.ethers.getSigners();
      const key = await mainnet.ethers.deployContract("Groth16Verifier", [keyOf(DESK_SECRETS)]);
      const contract = await mainnet.ethers.deployContract("MarginHealthVerifier", [admin!.address]);
      expect(await refused(addTier(DESK, key.target, LOCAL, contract))).toEqual({ name: "LocalSetupOnPublicNetwork", args: [1n] });
      await addTier(DESK, key.target, CEREMONY, contract);
      expect((await contract.getFunction("tierOf")(DESK)).verifier).toBe(key.target);
    } finally {
      await mainnet.close();
    }
  });
});
