import { encodeBytes32String, type Contract } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at, connect, eventsOf, now, refusal, restoreAfterEach, travelTo, type Chain } from "./support/contracts.ts";
import { keyOf, simulate, trapdoor } from "./support/tiny-groth16.ts";

const [LOCAL, CEREMONY] = [0, 1];
const HEALTH = 0;
const DAY = 86_400;
const [DELAY, NOTICE] = [7_200, 3_600];
const DESK = encodeBytes32String("desk");
const SECRETS = trapdoor("lifetime");
const SIGNALS = [1n, 2n, 3n, 4n, 5n, 6n, 7n];
const KEY = keyOf(SECRETS);
const PROOF = simulate(SECRETS, SIGNALS);

let chain: Chain;
let verifier: Contract;
/** First second of the tier. */
let activeFrom: number;

const sunset = (lastSecond: number | bigint) => verifier.getFunction("scheduleSunset")(DESK, lastSecond);
const verify = (): Promise<unknown> => verifier.getFunction("verifyProof")(HEALTH, DESK, PROOF, SIGNALS);
const verifyBatch = (): Promise<unknown> => verifier.getFunction("verifyBatch")(HEALTH, DESK, [PROOF], [SIGNALS]);
const refused = (action: Promise<unknown>) => refusal(action, verifier);

/** The second of the chain's next call is this one. */
async function takesProofsAt(time: number): Promise<void> {
  await travelTo(chain, time);
  for (const answer of [await verify(), await verifyBatch()]) expect(answer).toEqual(expect.objectContaining({ length: 0 }));
}
async function refusesAt(time: number, reason: { name: string; args: unknown[] }): Promise<void> {
  await travelTo(chain, time);
  for (const ask of [verify, verifyBatch]) expect(await refused(ask())).toEqual(reason);
}

beforeAll(async () => {
  chain = await connect();
  const [admin] = await chain.ethers.getSigners();
  verifier = await chain.ethers.deployContract("MarginHealthVerifier", [admin!.address, DELAY, NOTICE]);
});
afterAll(() => chain.close());
restoreAfterEach(() => chain);
beforeEach(async () => {
  activeFrom = (await now(chain)) + 10 + DELAY;
  await at(chain, activeFrom - DELAY, () => verifier.getFunction("addTier")(DESK, KEY, CEREMONY, HEALTH));
});

describe("a new tier", () => {
  it("takes no proof a second before its delay has passed", async () => {
    const early = { name: "TierNotActive", args: [DESK, BigInt(activeFrom)] };
    await refusesAt(activeFrom - DELAY + 1, early);
    await refusesAt(activeFrom - 1, early);
  });

  it("takes proofs from the second on that its event named", async () => {
    await takesProofsAt(activeFrom);
  });

  it("can be disabled before it ever took one", async () => {
    await verifier.getFunction("disableTier")(DESK);
    await refusesAt(activeFrom, { name: "TierDisabled", args: [DESK] });
  });
});

describe("a sunset", () => {
  let announced: number;
  beforeEach(() => {
    announced = activeFrom + 100;
  });
  const schedule = (lastSecond: number) => at(chain, announced, () => sunset(lastSecond));
  const ended = (lastSecond: number) => ({ name: "TierSunset", args: [DESK, BigInt(lastSecond)] });

  it("is announced, and the tier takes proofs to its last second", async () => {
    const last = announced + NOTICE;
    expect(await eventsOf(schedule(last), verifier, "TierSunsetScheduled")).toEqual([[DESK, BigInt(last)]]);
    expect((await verifier.getFunction("tierOf")(DESK)).sunset).toBe(BigInt(last));
    await takesProofsAt(announced + 1);
    await takesProofsAt(last);
    await refusesAt(last + 1, ended(last));
    await refusesAt(last + 100 * DAY, ended(last));
  });

  it("needs the whole notice: one second less is refused, and so is the past", async () => {
    for (const last of [announced + NOTICE - 1, announced, 1, 0]) {
      expect(await refused(schedule(last))).toEqual({ name: "NoticeTooShort", args: [BigInt(last), BigInt(announced + NOTICE)] });
      announced += 1;
    }
    await takesProofsAt(announced + 1);
  });

  it("moves neither forward nor back, before it and after it", async () => {
    const last = announced + NOTICE;
    await schedule(last);
    const fixed = { name: "SunsetScheduled", args: [DESK, BigInt(last)] };
    for (const other of [last - 1, last, last + DAY]) expect(await refused(sunset(other))).toEqual(fixed);
    await travelTo(chain, last + 1);
    expect(await refused(sunset(last + 10 * DAY))).toEqual(fixed);
    expect(await refused(verifier.getFunction("addTier")(DESK, KEY, CEREMONY, HEALTH))).toEqual({ name: "TierKnown", args: [DESK] });
  });

  it("is brought forward by disabling only, at once, and a disabled tier gets none", async () => {
    await schedule(announced + NOTICE);
    await verifier.getFunction("disableTier")(DESK);
    await refusesAt(announced + 10, { name: "TierDisabled", args: [DESK] });
    expect(await refused(sunset(announced + 2 * NOTICE))).toEqual({ name: "TierDisabled", args: [DESK] });
  });

  it("beyond the seconds a slot holds is refused, not cut off", async () => {
    expect(await refused(sunset(2n ** 32n))).toEqual({ name: "SafeCastOverflowedUintDowncast", args: [32n, 2n ** 32n] });
    expect(await refused(sunset(2n ** 64n - 1n))).toEqual({ name: "SafeCastOverflowedUintDowncast", args: [32n, 2n ** 64n - 1n] });
    await sunset(2n ** 32n - 1n);
  });
});

describe("on a public network", () => {
  let mainnet: Chain;
  beforeAll(async () => {
    mainnet = await connect({ network: "publicNetwork" });
  });
  afterAll(() => mainnet.close());
  const deploy = async (delay: number, notice: number) => {
    const [admin] = await mainnet.ethers.getSigners();
    return mainnet.ethers.deployContract("MarginHealthVerifier", [admin!.address, delay, notice]);
  };

  it("refuses delays and notices below a day, which a local network may have", async () => {
    const short = (delay: number) => ({ name: "DelayTooShort", args: [BigInt(delay), BigInt(DAY)] });
    expect(await refused(deploy(DAY - 1, DAY))).toEqual(short(DAY - 1));
    expect(await refused(deploy(DAY, DAY - 1))).toEqual(short(DAY - 1));
    expect(await refused(deploy(0, 0))).toEqual(short(0));
    expect(await (await deploy(DAY, DAY)).getFunction("activationDelay")()).toBe(BigInt(DAY));
    const [admin] = await chain.ethers.getSigners();
    const local = await chain.ethers.deployContract("MarginHealthVerifier", [admin!.address, 0, 0]);
    await local.getFunction("addTier")(DESK, KEY, LOCAL, HEALTH);
    expect(await local.getFunction("verifyProof")(HEALTH, DESK, PROOF, SIGNALS)).toEqual(expect.objectContaining({ length: 0 }));
  });

  it("refuses a key of a local set-up, and takes one of a ceremony", async () => {
    const contract = await deploy(DAY, DAY);
    expect(await refused(contract.getFunction("addTier")(DESK, KEY, LOCAL, HEALTH))).toEqual({ name: "LocalSetupOnPublicNetwork", args: [1n] });
    await contract.getFunction("addTier")(DESK, KEY, CEREMONY, HEALTH);
    const held = await mainnet.ethers.getContractAt("Groth16Verifier", (await contract.getFunction("tierOf")(DESK)).verifier);
    expect(await held.getFunction("verify")(PROOF, SIGNALS)).toBe(true);
  });
});
