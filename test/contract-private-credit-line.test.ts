/** A lender to the privately healthy: the whole of a contract that integrates health, pledges and liquidation. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR } from "../prover/chain/liquidation.ts";
import type { Bps } from "../prover/units.ts";
import { at, eventsOf, now, refusal, restoreAfterEach } from "./support/contracts.ts";
import { createLending, creditOf, fund, lapse, passTo, pledge, prove, TERMS, type Lending } from "./support/lending.ts";
import { call, signalsFor, submit, type World } from "./support/margin-world.ts";

const LIMIT = 1_000n;
/** A fifth of the debt's worth is pledged by the healthy. */
const PLEDGE_BPS = 2_000n;
const PLEDGE = 200n;
/** 1.46 of the debt is needed without a proof. */
const ALONE = 1_460n;

let lending: Lending;
let world: World;
let line: Contract;
let subject: string;
let lender: string;

const borrow = (amount: bigint, signer = world.subject) => call(line, signer, "borrow", amount);
const repay = (atMost: bigint) => call(line, world.subject, "repay", subject, atMost);
const release = (amount: bigint) => call(line, world.subject, "release", amount);
const refused = async (action: Promise<unknown>): Promise<readonly unknown[]> => {
  const { name, args } = await refusal(action, line);
  return [name, ...args];
};
const balance = (holder: string): Promise<bigint> => world.token.getFunction("balanceOf")(holder);
const debt = (): Promise<bigint> => line.getFunction("debtOf")(subject);
const pledged = (): Promise<bigint> => world.escrow.getFunction("pledgedTo")(subject, line.target);
const deployLine = async (unitPrice = PAR) =>
  (await world.chain.ethers.deployContract("PrivateCreditLine", [await creditOf(lending, unitPrice), TERMS, { ...AUCTION_TERMS, smallPosition: 0n }, LIMIT, PLEDGE_BPS])) as unknown as Contract;
/** The pledge is sold as far as it goes. */
const liquidate = async () => {
  await call(line, lending.keeper, "notice", subject);
  await passTo(lending, (await now(world.chain)) + AUCTION_TERMS.gracePeriod);
  await fund(world, lending.bidder, line, LIMIT);
  await call(line, lending.bidder, "start", subject);
  return at(world.chain, (await now(world.chain)) + 1, () => call(line, lending.bidder, "bid", subject, LIMIT, 0n));
};

beforeAll(async () => {
  lending = await createLending();
  ({ world, subject } = lending);
  lender = await lending.lender.getAddress();
  line = await deployLine();
  await call(world.token, world.admin, "mint", lender, 1_500n);
  await call(world.token, lending.lender, "approve", line.target, 1_200n);
  await pledge(lending, line, PLEDGE);
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

describe("borrowing", () => {
  it("is for whoever has proved margin health on the lender's terms", async () => {
    await submit(world, await signalsFor(world));
    expect(await eventsOf(borrow(400n), line, "Borrowed")).toEqual([[subject, 400n]]);
    await borrow(600n);
    expect([await debt(), await balance(subject), await balance(lender)]).toEqual([1_000n, 1_000n, 500n]);
  });

  it("is refused without a proof", async () => {
    expect(await refused(borrow(1n))).toEqual(["NotHealthyEnough", subject]);
  });

  it("is refused to anyone else than the subject of the proof", async () => {
    await submit(world, await signalsFor(world));
    expect(await refused(borrow(1n, world.stranger))).toEqual(["NotHealthyEnough", await world.stranger.getAddress()]);
  });

  it.each<[string, Parameters<typeof signalsFor>[1]]>([
    ["level", { claim: { level: "MM" } }],
    ["ratio", { claim: { minRatioBps: 10_999n as Bps } }],
    ["assurance", { claim: { minAssurance: "attested" } }],
  ])("is refused with a %s below the lender's, though the registry takes it", async (_, change) => {
    await submit(world, await signalsFor(world, change));
    expect(await refused(borrow(1n))).toEqual(["NotHealthyEnough", subject]);
  });

  it("is refused once the proof has lapsed", async () => {
    await submit(world, await signalsFor(world));
    await lapse(lending);
    expect(await refused(borrow(1n))).toEqual(["NotHealthyEnough", subject]);
  });

  it("is refused while the registry or the publishers are paused", async () => {
    await submit(world, await signalsFor(world));
    for (const paused of [world.registry, world.oracle]) {
      await call(paused, world.admin, "pause");
      expect(await refused(borrow(1n))).toEqual(["NotHealthyEnough", subject]);
      await call(paused, world.admin, "unpause");
    }
    await borrow(1n);
  });

  it("is refused beyond the limit, and beyond what the lender allows", async () => {
    await submit(world, await signalsFor(world));
    expect(await refused(borrow(LIMIT + 1n))).toEqual(["CreditLimitExceeded", LIMIT + 1n, LIMIT]);
    await borrow(900n);
    expect(await refused(borrow(101n))).toEqual(["CreditLimitExceeded", 1_001n, LIMIT]);
    await call(world.token, lending.lender, "approve", line.target, 50n);
    await expect(borrow(51n)).rejects.toThrow(/ERC20InsufficientAllowance/);
  });

  it("is refused beyond five times the pledge, rounded up", async () => {
    await submit(world, await signalsFor(world));
    await borrow(995n);
    await release(1n);
    expect(await refused(borrow(1n))).toEqual(["PledgeTooLow", 199n, 200n]);
  });

  it("asks for the pledge at the asset's price: a third, so that 600 of it need 40", async () => {
    const cheap = await deployLine(PAR / 3n);
    await call(world.token, lending.lender, "approve", cheap.target, 1_000n);
    await pledge(lending, cheap, 39n);
    await submit(world, await signalsFor(world));
    expect(await refused(call(cheap, world.subject, "borrow", 600n))).toEqual(["PledgeTooLow", 39n, 40n]);
    await call(cheap, world.subject, "borrow", 585n);
  });

  it("is refused to whom a debt outlasted its pledge, until that is paid back", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await lapse(lending);
    await liquidate();
    const bad: bigint = await line.getFunction("badDebtOf")(subject);
    expect(bad).toBeGreaterThan(800n);
    await pledge(lending, line, PLEDGE);
    await prove(lending, 2);
    expect(await refused(borrow(1n))).toEqual(["BadDebtOwed", bad]);
    await fund(world, world.subject, line, bad);
    await call(line, world.subject, "recover", subject, bad);
    await borrow(1n);
  });

  it("ends what is left of a liquidation from before the proof", async () => {
    await submit(world, await signalsFor(world));
    await borrow(500n);
    await lapse(lending);
    await call(line, lending.keeper, "notice", subject);
    await prove(lending, 2);
    expect(await eventsOf(borrow(1n), line, "LiquidationEnded")).toEqual([[subject, 0n]]);
    await lapse(lending);
    await call(line, lending.keeper, "notice", subject);
  });
});

describe("paying back", () => {
  it("goes to the lender, from anyone, and makes room", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await call(world.token, world.subject, "approve", line.target, 300n);
    expect(await eventsOf(repay(300n), line, "Repaid")).toEqual([[subject, 300n]]);
    expect([await debt(), await balance(lender)]).toEqual([700n, 800n]);
    await borrow(200n);
  });

  it("is possible when the margin is no longer healthy, and takes no more than is owed: a repayment before it does not make it fail", async () => {
    await submit(world, await signalsFor(world));
    await borrow(10n);
    await call(world.registry, world.admin, "pause");
    await fund(world, world.stranger, line, 1n);
    await call(line, world.stranger, "repay", subject, 1n);
    await call(world.token, world.subject, "approve", line.target, 10n);
    expect(await eventsOf(repay(10n), line, "Repaid")).toEqual([[subject, 9n]]);
    expect([await debt(), await balance(subject)]).toEqual([0n, 1n]);
  });

  it("is refused where nothing is owed", async () => {
    expect(await refused(repay(1n))).toEqual(["NoDebt", subject]);
  });

  it("of enough ends a liquidation: of all of it, or of what the pledge does not carry alone", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await lapse(lending);
    await call(line, lending.keeper, "notice", subject);
    await call(world.token, world.subject, "approve", line.target, 1_000n);
    // 1.46 * 136 = 198.56 is within the pledge of 200; 1.46 * 137 = 200.02 is not.
    expect(await eventsOf(repay(863n), line, "LiquidationEnded")).toEqual([]);
    expect(await eventsOf(repay(1n), line, "LiquidationEnded")).toEqual([[subject, 1n]]);
    expect(await refused(call(line, lending.keeper, "notice", subject))).toEqual(["PledgeSuffices", 200n, 191n]);
  });
});

describe("the pledge", () => {
  it("is given back to the healthy but for a fifth of the debt, and whole where nothing is owed", async () => {
    await submit(world, await signalsFor(world));
    await borrow(600n);
    expect(await refused(release(81n))).toEqual(["PledgeTooLow", 200n, 201n]);
    await release(80n);
    await call(world.token, world.subject, "approve", line.target, 600n);
    await repay(600n);
    await release(120n);
    expect([await pledged(), await world.escrow.getFunction("freeOf")(subject)]).toEqual([0n, PLEDGE]);
  });

  it("is given back to others but for what the debt needs without a proof", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await pledge(lending, line, ALONE);
    await lapse(lending);
    expect(await refused(release(PLEDGE + 1n))).toEqual(["PledgeTooLow", ALONE + PLEDGE, ALONE + PLEDGE + 1n]);
    await release(PLEDGE);
    expect(await refused(release(1n))).toEqual(["PledgeTooLow", ALONE, ALONE + 1n]);
  });

  it("is not given back beyond what there is, and nobody else's is", async () => {
    expect(await refused(release(PLEDGE + 1n))).toEqual(["PledgeTooLow", PLEDGE, PLEDGE + 1n]);
    expect(await refused(call(line, world.stranger, "release", 1n))).toEqual(["PledgeTooLow", 0n, 1n]);
  });
});

describe("a lapse", () => {
  it("has the pledge sold for what it covers; the rest is bad debt, and what was lent is repaid or bad to the unit", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await lapse(lending);
    const had = await balance(lender);
    // s = 1 - 200/1400, so 771 s ahead and one second in: 200 * (.95 - .25 * 772.43/900) = 147.09 is paid for all of it.
    expect(await eventsOf(liquidate(), line, "BadDebt")).toEqual([[subject, 852n]]);
    expect([(await balance(lender)) - had, await debt(), await line.getFunction("badDebtOf")(subject)]).toEqual([148n, 0n, 852n]);
  });

  it("costs a borrower nothing whose pledge is enough", async () => {
    await submit(world, await signalsFor(world));
    await borrow(1_000n);
    await pledge(lending, line, ALONE - PLEDGE);
    await lapse(lending);
    expect(await refused(call(line, lending.keeper, "notice", subject))).toEqual(["PledgeSuffices", ALONE, 1_400n]);
  });
});
