import { encodeBytes32String, getCreateAddress, ZeroAddress, type Contract, type FunctionFragment } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FIELD } from "../prover/units.ts";
import { at, connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { keyOf, simulate, trapdoor, type Key } from "./support/tiny-groth16.ts";

const CEREMONY = 1;
/** twin: StatementKind */
const [HEALTH, BREACH, GROWTH] = [0, 1, 2];
const KINDS = [HEALTH, BREACH, GROWTH];
const DELAY = 7_200;
const NOTICE = 3_600;
const [DESK, DESK_BREACH] = [encodeBytes32String("desk"), encodeBytes32String("desk-breach")];
const DESK_SECRETS = trapdoor("desk");
const BREACH_SECRETS = trapdoor("desk breach");
const [DESK_KEY, BREACH_KEY] = [keyOf(DESK_SECRETS), keyOf(BREACH_SECRETS)];
const SIGNALS = [1n, 2n, 3n, 4n, 5n, 6n, 7n];
const PROOF = simulate(DESK_SECRETS, SIGNALS);
const BREACH_PROOF = simulate(BREACH_SECRETS, SIGNALS);
const OTHERS = [8n, 9n, 10n, 11n, 12n, 13n, 14n];
const PAIR = [[PROOF, simulate(DESK_SECRETS, OTHERS)], [SIGNALS, OTHERS]] as const;

let chain: Chain;
let verifier: Contract;

const addTier = (tier: string, key: Key, kind = HEALTH, setup = CEREMONY) => verifier.getFunction("addTier")(tier, key, setup, kind);
const keyAt = async (tier: string): Promise<string> => (await verifier.getFunction("tierOf")(tier)).verifier;
const disableTier = (tier: string) => verifier.getFunction("disableTier")(tier);
const sunset = (tier: string, lastSecond: number | bigint) => verifier.getFunction("scheduleSunset")(tier, lastSecond);
const one = (tier = DESK, kind = HEALTH, proof = PROOF, signals = SIGNALS): Promise<unknown> => verifier.getFunction("verifyProof")(kind, tier, proof, signals);
const batch = (tier = DESK, kind = HEALTH, [proofs, signals]: readonly [readonly unknown[], readonly unknown[]] = PAIR): Promise<unknown> =>
  verifier.getFunction("verifyBatch")(kind, tier, proofs, signals);
const refused = (action: Promise<unknown>) => refusal(action, verifier);
const passes = async (action: Promise<unknown>) => expect(await action).toEqual(expect.objectContaining({ length: 0 }));
/** Both ways of asking are refused for the same reason. */
async function bothRefused(tier: string, kind: number, reason: { name: string; args: unknown[] }): Promise<void> {
  expect(await refused(one(tier, kind))).toEqual(reason);
  expect(await refused(batch(tier, kind))).toEqual(reason);
}

beforeAll(async () => {
  chain = await connect();
  const [admin] = await chain.ethers.getSigners();
  verifier = await chain.ethers.deployContract("MarginHealthVerifier", [admin!.address, DELAY, NOTICE]);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);

describe("verifying", () => {
  beforeEach(async () => {
    await addTier(DESK, DESK_KEY);
    await addTier(DESK_BREACH, BREACH_KEY, BREACH);
    await travelTo(chain, (await now(chain)) + DELAY);
  });

  it("returns for a proof of its signals under its tier's key, and for a batch of them", async () => {
    await passes(one());
    await passes(batch());
    await passes(one(DESK_BREACH, BREACH, BREACH_PROOF));
    await passes(batch(DESK_BREACH, BREACH, [[BREACH_PROOF], [SIGNALS]]));
  });

  it("refuses any signal changed by one: false is never taken for an answer", async () => {
    for (const [i, value] of SIGNALS.entries()) {
      for (const step of [1n, -1n]) {
        const changed = SIGNALS.with(i, value + step);
        expect(await refused(one(DESK, HEALTH, PROOF, changed))).toEqual({ name: "InvalidProof", args: [] });
        expect(await refused(batch(DESK, HEALTH, [PAIR[0], [changed, OTHERS]]))).toEqual({ name: "InvalidProofAt", args: [0n] });
      }
    }
  });

  it("refuses a proof made for another tier, alone or among others", async () => {
    expect(await refused(one(DESK_BREACH, BREACH))).toEqual({ name: "InvalidProof", args: [] });
    expect(await refused(batch(DESK, HEALTH, [[PROOF, BREACH_PROOF], [SIGNALS, SIGNALS]]))).toEqual({ name: "InvalidProofAt", args: [1n] });
  });

  it("refuses a tier of another kind of statement, whose signals may be the same", async () => {
    for (const kind of KINDS.filter((k) => k !== HEALTH)) await bothRefused(DESK, kind, { name: "WrongStatementKind", args: [DESK, BigInt(HEALTH)] });
    for (const kind of KINDS.filter((k) => k !== BREACH)) {
      const reason = { name: "WrongStatementKind", args: [DESK_BREACH, BigInt(BREACH)] };
      expect(await refused(one(DESK_BREACH, kind, BREACH_PROOF))).toEqual(reason);
      await bothRefused(DESK_BREACH, kind, reason);
    }
  });

  it("refuses a kind that does not exist", async () => {
    await expect(one(DESK, 3)).rejects.toThrow(/reverted/);
  });

  it("refuses an unknown tier", async () => {
    const other = encodeBytes32String("institution");
    await bothRefused(other, HEALTH, { name: "UnknownTier", args: [other] });
  });

  it("refuses a disabled tier, and keeps the others", async () => {
    await disableTier(DESK);
    await bothRefused(DESK, HEALTH, { name: "TierDisabled", args: [DESK] });
    await passes(one(DESK_BREACH, BREACH, BREACH_PROOF));
  });

  it("passes on why the key refused", async () => {
    expect(await refused(one(DESK, HEALTH, PROOF, SIGNALS.with(3, 4n + FIELD)))).toEqual({ name: "PublicSignalNotInField", args: [3n] });
    expect(await refused(one(DESK, HEALTH, { ...PROOF, a: [0n, 0n] }))).toEqual({ name: "MalformedProof", args: [] });
    expect(await refused(one(DESK, HEALTH, { ...PROOF, b: [[1n, 2n], [3n, 4n]] }))).toEqual({ name: "PrecompileFailed", args: [8n] });
    expect(await refused(batch(DESK, HEALTH, [[], []]))).toEqual({ name: "EmptyBatch", args: [] });
    expect(await refused(batch(DESK, HEALTH, [[PROOF], []]))).toEqual({ name: "BatchLengthMismatch", args: [1n, 0n] });
    expect(await refused(batch(DESK, HEALTH, [[PROOF, { ...PROOF, b: [[1n, 2n], [3n, 4n]] }], [SIGNALS, SIGNALS]]))).toEqual({ name: "MalformedProofAt", args: [1n] });
  });
});

describe("the tier table", () => {
  it("announces a tier with its key's hash, set-up, kind and first second, and remembers it", async () => {
    const time = (await now(chain)) + 10;
    const added = await at(chain, time, () => eventsOf(addTier(DESK, DESK_KEY, GROWTH), verifier, "TierAdded"));
    const address = await keyAt(DESK);
    const hash: string = await (await chain.ethers.getContractAt("Groth16Verifier", address)).getFunction("verificationKeyHash")();
    expect(added).toEqual([[DESK, address, hash, BigInt(CEREMONY), BigInt(GROWTH), BigInt(time + DELAY)]]);
    expect([...(await verifier.getFunction("tierOf")(DESK))]).toEqual([address, BigInt(CEREMONY), BigInt(GROWTH), false, BigInt(time + DELAY), 0n]);
    expect(await verifier.getFunction("tierOfKey")(hash)).toBe(DESK);
    expect([...(await verifier.getFunction("tierOf")(DESK_BREACH))]).toEqual([ZeroAddress, 0n, 0n, false, 0n, 0n]);
  });

  it("never replaces a key, nor brings back a disabled tier", async () => {
    await addTier(DESK, DESK_KEY);
    expect(await refused(addTier(DESK, BREACH_KEY))).toEqual({ name: "TierKnown", args: [DESK] });
    expect(await eventsOf(disableTier(DESK), verifier, "TierDisabledForGood")).toEqual([[DESK]]);
    expect(await refused(addTier(DESK, DESK_KEY))).toEqual({ name: "TierKnown", args: [DESK] });
    expect(await refused(addTier(DESK, BREACH_KEY))).toEqual({ name: "TierKnown", args: [DESK] });
    expect(await refused(disableTier(DESK))).toEqual({ name: "TierDisabled", args: [DESK] });
  });

  it("checks a tier's proofs with Groth16Verifier and the announced key, byte for byte, deployed by itself", async () => {
    const creator = String(verifier.target);
    for (const [i, [tier, key]] of ([[DESK, DESK_KEY], [DESK_BREACH, BREACH_KEY]] as const).entries()) {
      await addTier(tier, key);
      const built = await chain.ethers.deployContract("Groth16Verifier", [key]);
      expect(await chain.ethers.provider.getCode(await keyAt(tier))).toBe(await chain.ethers.provider.getCode(built.target));
      // A contract's first creation has nonce 1.
      expect(await keyAt(tier)).toBe(getCreateAddress({ from: creator, nonce: 1 + i }));
    }
    expect(await chain.ethers.provider.getCode(await keyAt(DESK))).not.toBe(await chain.ethers.provider.getCode(await keyAt(DESK_BREACH)));
  });

  it("has no way to a key that somebody else deployed: nothing it is given is an address, but of who may do what", () => {
    const addresses = verifier.interface.fragments.flatMap((fragment) => (fragment.type !== "function" ? [] : (fragment as FunctionFragment).inputs.filter(({ type }) => type === "address").map(() => (fragment as FunctionFragment).name)));
    expect([...new Set(addresses)].toSorted()).toEqual(["grantRole", "hasRole", "renounceRole", "revokeRole"]);
  });

  it("takes a key once: not for another kind, not under another name, not after its tier's end", async () => {
    await addTier(DESK, DESK_KEY);
    const hash: string = await (await chain.ethers.getContractAt("Groth16Verifier", await keyAt(DESK))).getFunction("verificationKeyHash")();
    const inUse = { name: "KeyInUse", args: [hash, DESK] };
    for (const kind of KINDS) expect(await refused(addTier(DESK_BREACH, DESK_KEY, kind))).toEqual(inUse);
    await disableTier(DESK);
    expect(await refused(addTier(DESK_BREACH, DESK_KEY))).toEqual(inUse);
    await addTier(DESK_BREACH, BREACH_KEY, BREACH);
  });

  it.each<[string, Partial<Key>, string, bigint[]]>([
    ["that nobody contributed to", { delta: DESK_KEY.gamma }, "UncontributedPhase2", []],
    ["of a phase 1 without contribution", { beta: keyOf(trapdoor("one", { beta: 1n })).beta }, "UncontributedPhase1", []],
    ["with a signal that is not bound", { ic: DESK_KEY.ic.with(3, [0n, 0n]) }, "InvalidG1Point", [4n]],
    ["with a point at infinity", { gamma: [[0n, 0n], [0n, 0n]] }, "InvalidG2Point", []],
    ["with a point off its curve", { gamma: [DESK_KEY.gamma[0], [DESK_KEY.gamma[1][0], DESK_KEY.gamma[1][1] + 1n]] }, "PrecompileFailed", [8n]],
  ])("refuses a key %s, by the key's own error, and keeps its name free", async (_, change, name, args) => {
    expect(await refused(addTier(DESK, { ...DESK_KEY, ...change }))).toEqual({ name, args });
    expect(await keyAt(DESK)).toBe(ZeroAddress);
    await addTier(DESK, DESK_KEY);
  });

  it("refuses an empty name, and ending what is not there", async () => {
    expect(await refused(addTier(encodeBytes32String(""), DESK_KEY))).toEqual({ name: "InvalidTier", args: [] });
    expect(await refused(disableTier(DESK))).toEqual({ name: "UnknownTier", args: [DESK] });
    expect(await refused(sunset(DESK, 2 ** 32 - 1))).toEqual({ name: "UnknownTier", args: [DESK] });
  });

  it("refuses strangers, each role apart", async () => {
    const [admin, tierAdmin, guardian] = await chain.ethers.getSigners();
    const [addRole, disableRole] = [await verifier.getFunction("TIER_ADMIN_ROLE")(), await verifier.getFunction("GUARDIAN_ROLE")()];
    for (const [role, holder] of [[addRole, tierAdmin], [disableRole, guardian]] as const) {
      await verifier.getFunction("grantRole")(role, holder!.address);
      await verifier.getFunction("revokeRole")(role, admin!.address);
    }
    const as = (signer: typeof admin) => verifier.connect(signer!) as Contract;
    const unauthorized = (signer: typeof admin, role: string) => ({ name: "AccessControlUnauthorizedAccount", args: [signer!.address, role] });
    const last = (await now(chain)) + 10 * NOTICE;
    for (const signer of [admin, guardian]) {
      expect(await refused(as(signer).getFunction("addTier")(DESK, DESK_KEY, CEREMONY, HEALTH))).toEqual(unauthorized(signer, addRole));
      expect(await refused(as(signer).getFunction("scheduleSunset")(DESK, last))).toEqual(unauthorized(signer, addRole));
    }
    await as(tierAdmin).getFunction("addTier")(DESK, DESK_KEY, CEREMONY, HEALTH);
    await as(tierAdmin).getFunction("scheduleSunset")(DESK, last);
    for (const signer of [admin, tierAdmin]) expect(await refused(as(signer).getFunction("disableTier")(DESK))).toEqual(unauthorized(signer, disableRole));
    await as(guardian).getFunction("disableTier")(DESK);
  });
});
