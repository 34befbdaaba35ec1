/** From a proof that lapses, or is breached, to a closed debt and a surplus: what a keeper does with the library, on the registry itself. */
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, bidInAuction, cancelLiquidation, giveNotice, liquidatable, PAR, readAuction, startAuction, takeOverPledge, type AuctionTerms } from "../prover/chain/liquidation.ts";
import type { Bps } from "../prover/units.ts";
import { now, restoreAfterEach } from "./support/contracts.ts";
import { createLending, creditOf, fund, lapse, passTo, pledge, prove, publish, TERMS, type Lending } from "./support/lending.ts";
import { BREACH_SECRETS, BREACH_TIER, call, inOrder, signalsFor, type World } from "./support/margin-world.ts";
import { rejection } from "./support/rejection.ts";
import { simulate } from "./support/tiny-groth16.ts";

const USD = 10n ** 6n;
/** Debts of up to 10,000 dollars are closed whole; that is what is borrowed. */
const TERMS_OF_SALE: AuctionTerms = { ...AUCTION_TERMS, smallPosition: 10_000n * USD };
const DEBT = 10_000n * USD;
const PLEDGE = 13_000n * USD;

let lending: Lending;
let world: World;
let line: Contract;

const query = () => ({ creditor: String(line.target), subject: lending.subject, provider: world.chain.ethers.provider });
const keeper = () => ({ creditor: String(line.target), subject: lending.subject, signer: lending.keeper });
const bidder = () => ({ ...keeper(), signer: lending.bidder });
const refused = async (action: Promise<unknown>) => {
  const { code, message, hint } = await rejection(action);
  return [code, message.replace(/\(.*$/s, ""), hint];
};
const after = async (seconds: number) => passTo(lending, (await now(world.chain)) + seconds);
const read = (contract: Contract, name: string, ...parameters: unknown[]): Promise<bigint> => contract.getFunction(name)(...parameters);

beforeAll(async () => {
  lending = await createLending();
  ({ world } = lending);
  const credit = { ...(await creditOf(lending)), marginHealth: world.registry.target };
  line = (await world.chain.ethers.deployContract("PrivateCreditLine", [credit, TERMS, TERMS_OF_SALE, DEBT, 2_000n])) as unknown as Contract;
  await fund(world, lending.lender, line, DEBT);
  await fund(world, lending.bidder, line, 2n * DEBT);
  await pledge(lending, line, PLEDGE);
  await prove(lending, 1);
  await call(line, world.subject, "borrow", DEBT);
});
afterAll(() => world.chain.close());
restoreAfterEach(() => world.chain);

/** The real statement that the account set is short, by newer numbers. */
async function breach(sequence: number): Promise<void> {
  const root = await publish(lending);
  const signals = await signalsFor(world, { claim: { sequence, level: "MM", minRatioBps: 10_500n as Bps, minAssurance: "attested" }, signals: { snapshotRoot: root } });
  await call(world.registry, world.stranger, "proveBreach", BREACH_TIER, simulate(BREACH_SECRETS, inOrder(signals)), inOrder(signals));
}

describe("a keeper", () => {
  it("sees a proof lapse, gives notice, waits, starts, and whoever bids closes the debt; the subject withdraws what is left", async () => {
    expect([await liquidatable(query()), await readAuction(query())]).toEqual([false, expect.objectContaining({ phase: "none", keeper: null, debt: DEBT, pledge: PLEDGE, price: 0n })]);
    await lapse(lending);
    expect(await liquidatable(query())).toBe(true);
    const { gasUsed } = await giveNotice(keeper());
    expect(gasUsed).toBeLessThan(200_000n);
    const noticed = await readAuction(query());
    expect(noticed).toMatchObject({ phase: "noticed", keeper: await lending.keeper.getAddress(), startsFrom: noticed.noticedAt + 3_600, sparedUntil: 0n });
    expect(await refused(startAuction(keeper()))).toEqual(["ContractRefused", "GracePeriod", expect.stringMatching(/^wait until 20.+Z, in (1 h|59 min)/)]);
    await after(3_600);
    await startAuction(keeper());

    const { phase, price, largestRepayment, collateral } = await readAuction(query());
    // s = 1 - 13/14: .95 - .25/14. The whole debt is small enough to be closed.
    expect([phase, price, largestRepayment]).toEqual(["running", (PAR * 95n) / 100n - (PAR * 25n) / 100n / 14n, DEBT]);
    expect(await refused(bidInAuction({ ...bidder(), offer: DEBT, minCollateral: 2n * collateral }))).toEqual(["ContractRefused", "TooLittleCollateral", "the price has not fallen that far: wait, or accept less"]);
    const had = await read(world.token, "balanceOf", await lending.bidder.getAddress());
    await bidInAuction({ ...bidder(), offer: 2n * DEBT, minCollateral: 2n * collateral });
    const received = (await read(world.token, "balanceOf", await lending.bidder.getAddress())) - had + DEBT;
    expect(received).toBeGreaterThanOrEqual(collateral);

    const [reward, fee, surplus] = await Promise.all([lending.keeper, lending.lender, world.subject].map(async (signer) => read(world.escrow, "freeOf", await signer.getAddress())));
    expect(received + reward! + fee! + surplus!).toBe(PLEDGE);
    expect([await read(line, "debtOf", lending.subject), await read(world.token, "balanceOf", await lending.lender.getAddress())]).toEqual([0n, DEBT]);
    await call(world.escrow, world.subject, "withdraw", lending.subject, surplus);
    await call(world.escrow, lending.keeper, "withdraw", await lending.keeper.getAddress(), reward);
    expect(await readAuction(query())).toMatchObject({ phase: "none", keeper: null, debt: 0n, pledge: 0n });
    expect(await liquidatable(query())).toBe(false);
  });

  it("sees a breach end health before the proof would have lapsed, and does the same", async () => {
    await breach(2);
    expect(await liquidatable(query())).toBe(true);
    await giveNotice(keeper());
    await after(3_600);
    await startAuction(bidder());
    await bidInAuction({ ...bidder(), offer: DEBT, minCollateral: DEBT });
    expect([await read(line, "debtOf", lending.subject), (await read(world.escrow, "freeOf", lending.subject)) > 2_000n * USD]).toEqual([0n, true]);
  });

  it("leaves a subject alone that proves its health again after a breach, within the grace period or in the auction", async () => {
    await breach(2);
    await giveNotice(keeper());
    await after(600);
    await prove(lending, 3);
    expect((await readAuction(query())).phase).toBe("void");
    expect(await refused(startAuction(keeper()))).toEqual(["ContractRefused", "HealthRegained", expect.stringContaining("cancel")]);
    await cancelLiquidation(keeper());
    expect(await refused(giveNotice(keeper()))).toEqual(["ContractRefused", "HealthRegained", expect.any(String)]);
    await breach(4);
    await giveNotice(keeper());
    await after(3_600);
    await startAuction(keeper());
    await prove(lending, 5);
    expect(await refused(bidInAuction({ ...bidder(), offer: DEBT, minCollateral: 0n }))).toEqual(["ContractRefused", "HealthRegained", expect.any(String)]);
    expect(await read(line, "debtOf", lending.subject)).toBe(DEBT);
  });

  it("takes over what nobody bid for", async () => {
    await lapse(lending);
    expect(await refused(cancelLiquidation(keeper()))).toEqual(["ContractRefused", "NotNoticed", "give notice first"]);
    await giveNotice(keeper());
    expect(await refused(cancelLiquidation(keeper()))).toEqual(["ContractRefused", "StillShort", "prove health again, repay or pledge more"]);
    await after(3_600);
    await startAuction(keeper());
    expect(await refused(takeOverPledge(keeper()))).toEqual(["ContractRefused", "AuctionRunning", expect.any(String)]);
    await after(AUCTION_TERMS.fastPeriod + AUCTION_TERMS.slowPeriod);
    expect(await readAuction(query())).toMatchObject({ phase: "over", price: 0n, largestRepayment: 0n });
    await takeOverPledge(keeper());
    expect(await read(world.escrow, "freeOf", await lending.lender.getAddress())).toBe(DEBT);
    expect(await read(world.escrow, "freeOf", lending.subject)).toBe(PLEDGE - DEBT);
  });

  it("is told when there is no creditor at the address", async () => {
    const nowhere = { ...query(), creditor: lending.subject };
    for (const ask of [() => readAuction(nowhere), () => liquidatable(nowhere)]) expect((await rejection(ask())).code).toBe("ChainError");
  });
});
