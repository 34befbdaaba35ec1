/** Any sequence of what anybody may do, on any terms, against the model: every figure to the unit, and what must hold whatever happens. */
import type { Contract } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUCTION_TERMS, PAR, type AuctionTerms } from "../prover/chain/liquidation.ts";
import * as model from "./support/auction-model.ts";
import { at, now, refusal, restoreAfterEach } from "./support/contracts.ts";
import { createLending, fund, lapse, pledge, prove, quotedCredit, type Lending } from "./support/lending.ts";
import { call } from "./support/margin-world.ts";

const MUCH = 10n ** 40n;

/** What an observer who knows the rules expects of one creditor and one subject whose health has lapsed. */
interface Expected {
  debt: bigint;
  pledge: bigint;
  badDebt: bigint;
  unitPrice: bigint;
  noticedAt: number;
  startedAt: number;
  sparedUntil: number;
  rewarded: bigint;
}
type Step =
  | { kind: "notice" | "start" | "takeOver" | "cancel"; wait: number }
  | { kind: "bid" | "repay" | "charge" | "pledge" | "quote"; wait: number; share: bigint }
  | { kind: "spare"; wait: number; seconds: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("notice", "start", "takeOver", "cancel"), wait: fc.constantFrom(1, 30, 600, 5_000) }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("bid"), wait: fc.integer({ min: 1, max: 900 }), share: fc.bigInt(1n, 1_500n) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("repay", "charge", "pledge", "quote"), wait: fc.integer({ min: 1, max: 200 }), share: fc.bigInt(1n, 300n) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("spare"), wait: fc.constant(1), seconds: fc.integer({ min: 0, max: 1_000 }) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 14 },
);
const terms: fc.Arbitrary<AuctionTerms> = fc
  .record({
    gracePeriod: fc.constantFrom(2, 600),
    fastPeriod: fc.integer({ min: 1, max: 2_000 }),
    slowPeriod: fc.integer({ min: 1, max: 10_000 }),
    openingPriceBps: fc.integer({ min: 7_000, max: 10_000 }),
    kneePriceBps: fc.integer({ min: 100, max: 7_000 }),
    marginBps: fc.integer({ min: 1, max: 20_000 }),
    bufferBps: fc.integer({ min: 0, max: 10_000 }),
    feeBps: fc.integer({ min: 0, max: 5_000 }),
    keeperBps: fc.integer({ min: 0, max: 5_000 }),
    maxReward: fc.bigInt(0n, 10n ** 9n),
    smallPosition: fc.constantFrom(0n, 10n ** 6n, 10n ** 9n),
  });
const beginning = fc.record({ debt: fc.bigInt(1n, 10n ** 10n), pledgeShare: fc.bigInt(0n, 2_000n), unitPrice: fc.constantFrom(PAR, PAR / 3n, 7n * PAR, 10n ** 15n + 1n) });

let lending: Lending;
let credit: Contract;

beforeAll(async () => {
  lending = await createLending();
  await prove(lending, 1);
  await lapse(lending);
});
afterAll(() => lending.world.chain.close());
restoreAfterEach(() => lending.world.chain);

/** What the rules say of a step at a time: the refusal's name, or nothing and the state it leaves. */
function expectedOf(rules: AuctionTerms, state: Expected, step: Step, time: number): string | undefined {
  const clock = (begun: number) => (state.sparedUntil >= time ? time : Math.max(state.sparedUntil, begun));
  const end = () => Object.assign(state, { noticedAt: 0, startedAt: 0, rewarded: 0n });
  const inForce = () => (state.noticedAt === 0 ? "NotNoticed" : time <= state.sparedUntil ? "Spared" : undefined);
  const running = () => inForce() ?? (state.startedAt === 0 ? "NotStarted" : model.isWhole(rules, state) ? "PledgeSuffices" : undefined);
  const price = () => model.price(rules, BigInt(time - clock(state.startedAt)), model.shortfall(rules, state));
  const close = ({ repaid, taken }: model.Sale) => {
    state.debt -= repaid;
    state.pledge -= taken;
    if (state.debt === 0n) Object.assign(end(), { pledge: 0n });
    else if (state.pledge === 0n) Object.assign(end(), { badDebt: state.badDebt + state.debt, debt: 0n });
    else if (model.isWhole(rules, state)) end();
  };
  switch (step.kind) {
    case "notice":
      if (state.noticedAt !== 0) return "AlreadyNoticed";
      if (state.debt === 0n) return "NoDebt";
      if (!model.isShort(rules, state)) return "PledgeSuffices";
      state.noticedAt = time;
      return undefined;
    case "start": {
      const refused = inForce() ?? (state.startedAt !== 0 ? "AlreadyStarted" : !model.isShort(rules, state) ? "PledgeSuffices" : undefined);
      if (refused !== undefined) return refused;
      if (time < clock(state.noticedAt) + rules.gracePeriod) return "GracePeriod";
      state.startedAt = time;
      return undefined;
    }
    case "bid": {
      const refused = running();
      if (refused !== undefined) return refused;
      const asked = price();
      if (asked === 0n || state.pledge === 0n) return "AuctionOver";
      const before = { ...state };
      const sale = model.sale(rules, state, asked, offerOf(state, step.share), state.rewarded);
      state.rewarded += sale.reward;
      close(sale);
      if (sale.repaid === model.largestRepayment(rules, before, asked)) expect(state.startedAt, "the largest bid ends the auction").toBe(0);
      return undefined;
    }
    case "takeOver": {
      const refused = running();
      if (refused !== undefined) return refused;
      if (price() !== 0n && state.pledge !== 0n) return "AuctionRunning";
      close(model.sale(rules, state, PAR, MUCH, 0n));
      return undefined;
    }
    case "cancel":
      if (state.noticedAt === 0) return "NotNoticed";
      if (!model.isWhole(rules, state)) return "StillShort";
      end();
      return undefined;
    case "charge":
      state.debt += offerOf(state, step.share);
      return undefined;
    case "pledge":
      state.pledge += (state.pledge * step.share) / 100n + 1n;
      return undefined;
    case "quote":
      state.unitPrice = (state.unitPrice * (850n + step.share)) / 1_000n + 1n;
      return undefined;
    case "repay": {
      const paid = model.min(state.badDebt, offerOf(state, step.share));
      state.badDebt -= paid;
      return undefined;
    }
    case "spare":
      state.sparedUntil = time + step.seconds;
      return undefined;
  }
}

const offerOf = ({ debt }: { debt: bigint }, share: bigint): bigint => (debt * share) / 1_000n + 1n;

/** The same step on chain. */
function send(state: Expected, step: Step, time: number): Promise<unknown> {
  const { world, subject, bidder, lender, health } = lending;
  switch (step.kind) {
    case "bid":
      return call(credit, bidder, "bid", subject, offerOf(state, step.share), 0n);
    case "charge":
      return call(credit, lender, "charge", subject, offerOf(state, step.share));
    case "pledge":
      return call(world.escrow, world.subject, "pledge", credit.target, (state.pledge * step.share) / 100n + 1n);
    case "quote":
      return call(credit, lender, "quoteAt", (state.unitPrice * (850n + step.share)) / 1_000n + 1n);
    case "repay":
      return call(credit, bidder, "recover", subject, offerOf(state, step.share));
    case "spare":
      return call(health, lender, "spareUntil", time + step.seconds);
    default:
      return call(credit, lending.keeper, step.kind, subject);
  }
}

async function figures() {
  const { world, subject, lender, keeper, bidder } = lending;
  const [lent, kept, bidding] = await Promise.all([lender, keeper, bidder].map((signer) => signer.getAddress()));
  const read = (contract: Contract, name: string, ...parameters: unknown[]): Promise<bigint> => contract.getFunction(name)(...parameters);
  const { escrow, token } = world;
  const accounts = [subject, lent!, kept!, bidding!];
  return {
    debt: await read(credit, "debtOf", subject),
    badDebt: await read(credit, "badDebtOf", subject),
    totals: [await read(credit, "totalDebt"), await read(credit, "totalBadDebt")],
    pledge: await read(escrow, "pledgedTo", subject, credit.target),
    escrowed: await Promise.all(accounts.map((account) => read(escrow, "balanceOf", account))),
    held: await Promise.all([...accounts, String(escrow.target)].map((account) => read(token, "balanceOf", account))),
    supply: await read(token, "totalSupply"),
    auction: await credit.getFunction("auctionOf")(subject),
  };
}
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe("whatever anybody does", () => {
  it("the auction is the model's, collateral is neither made nor lost, and what was lent is owed, repaid or bad", async () => {
    const { world, subject, bidder } = lending;
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(terms, beginning, steps, async (rules, { debt, pledgeShare, unitPrice }, sequence) => {
        await lending.health.getFunction("spareUntil")(0);
        credit = await quotedCredit(lending, { ...AUCTION_TERMS, ...rules }, unitPrice);
        const pledged = (debt * unitPrice * pledgeShare) / 1_000n / PAR;
        await pledge(lending, credit, pledged);
        // More to pledge in later steps.
        await fund(world, world.subject, world.escrow, 10n ** 16n);
        await call(world.escrow, world.subject, "deposit", subject, 10n ** 16n);
        await call(credit, lending.lender, "charge", subject, debt);
        await fund(world, bidder, credit, MUCH);
        const state: Expected = { debt, pledge: pledged, badDebt: 0n, unitPrice, noticedAt: 0, startedAt: 0, sparedUntil: 0, rewarded: 0n };
        let [lent, repaid] = [debt, 0n];
        // Most sequences would never come to an auction by themselves. The first attempts are too early.
        const opening: Step[] = [{ kind: "notice", wait: 1 }, { kind: "bid", wait: 1, share: 1n }, { kind: "start", wait: rules.gracePeriod - 1 }, { kind: "start", wait: rules.gracePeriod }];
        const ending: Step[] = [{ kind: "pledge", wait: 1, share: 300n }, { kind: "cancel", wait: 1 }];
        for (const step of [...opening, ...sequence, ...ending]) {
          const before = { ...state };
          const time = (await now(world.chain)) + step.wait;
          const refused = expectedOf(rules, state, step, time);
          const sent = at(world.chain, time, () => send(before, step, time));
          if (refused === undefined) await sent;
          else expect((await refusal(sent, credit)).name, JSON.stringify(step, (_, value) => (typeof value === "bigint" ? String(value) : value))).toBe(refused);
          seen.set(`${step.kind} ${refused ?? "done"}`, (seen.get(`${step.kind} ${refused ?? "done"}`) ?? 0) + 1);
          if (refused !== undefined) continue;
          if (step.kind === "charge") lent += state.debt - before.debt;
          if (["bid", "takeOver", "repay"].includes(step.kind)) repaid += before.debt + before.badDebt - state.debt - state.badDebt;
          const found = await figures();
          expect({ debt: found.debt, badDebt: found.badDebt, pledge: found.pledge }).toEqual({ debt: state.debt, badDebt: state.badDebt, pledge: state.pledge });
          expect([Number(found.auction.noticedAt), Number(found.auction.startedAt)]).toEqual([state.noticedAt, state.startedAt]);
          expect(found.totals).toEqual([state.debt, state.badDebt]);
          expect(lent).toBe(repaid + state.debt + state.badDebt);
          // The escrow holds what it owes, and no token came from nowhere.
          expect(found.held.at(-1)!).toBe(sum(found.escrowed));
          expect(sum(found.held)).toBe(found.supply - (await elsewhere()));
        }
      }),
      { seed: 20_260_801, numRuns: 60 },
    );
    // Every step was done and refused in some run: otherwise this would show less than it says.
    for (const kind of ["notice done", "start done", "bid done", "takeOver done", "cancel done", "spare done", "bid NotNoticed", "bid NotStarted", "bid Spared", "bid AuctionOver", "start GracePeriod", "takeOver AuctionRunning", "cancel StillShort"]) {
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(0);
    }
  });
});

/** Tokens of nobody here: none is ever minted to others. */
async function elsewhere(): Promise<bigint> {
  const { world } = lending;
  return sum(await Promise.all([world.admin, world.stranger].map(async (signer) => world.token.getFunction("balanceOf")(await signer.getAddress()))));
}
