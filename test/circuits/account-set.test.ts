import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { identifier, TAGS } from "../../prover/commitment/domain.ts";
import { chain, poseidon } from "../../prover/commitment/poseidon.ts";
import { accountHash, accountSet, type AccountName } from "../../prover/statement/account-set.ts";
import { FIELD } from "../../prover/units.ts";
import { law } from "../support/law.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const LENGTH = 3;
/** 1 for the first `count` places, then 0. */
const activeFor = (count: number) => Array.from({ length: LENGTH }, (_, i) => (i < count ? 1n : 0n));
const element = fc.bigInt({ min: 0n, max: FIELD - 1n });
const elements = fc.array(element, { minLength: LENGTH, maxLength: LENGTH });

describe("Chain", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "account-set.circom", template: "Chain", params: [LENGTH], inputs: ["start", "items", "active"] });
  });

  describe("agrees", () => {
    law("with chain over the active items, for any start and items", fc.asyncProperty(element, elements, fc.integer({ min: 0, max: LENGTH }), async (start, items, count) => {
      expect(await tested.output({ start, items, active: activeFor(count) }, "head")).toBe(chain(start, items.slice(0, count)));
    }), 20);
  });

  describe("refuses", () => {
    it("nothing: gaps and fractions among active give other heads, which is why MarginHealth makes them a prefix (R9)", async () => {
      const [start, items] = [TAGS.portfolio, [11n, 12n, 13n]];
      expect(await tested.output({ start, items, active: [0, 1, 0] }, "head")).toBe(chain(start, [12n]));
      const next = poseidon([start, 11n]);
      expect(await tested.output({ start, items, active: [2, 0, 0] }, "head")).toBe((((2n * next - start) % FIELD) + FIELD) % FIELD);
    });
  });

  describe("cannot be forged", () => {
    it.each([0, 2, 3])("anywhere, with %i active items: no wire is loose or free", async (count) => {
      expect(await tested.undetermined({ start: 5, items: [11, 12, 13], active: activeFor(count) })).toEqual([]);
    });

    it("by an order or a length that hashes alike", async () => {
      const heads = await Promise.all([[11, 12, 13], [12, 11, 13], [11, 13, 12]].flatMap((items) => [2, 3].map((count) => tested.output({ start: 5, items, active: activeFor(count) }, "head"))));
      expect(new Set(heads).size).toBe(heads.length);
    });
  });

  describe("edges", () => {
    it("no active item leaves the start", async () => {
      expect(await tested.output({ start: 5, items: [11, 12, 13], active: activeFor(0) }, "head")).toBe(5n);
    });

    it("an item of zero is absorbed like any other", async () => {
      expect(await tested.output({ start: 5, items: [0, 0, 0], active: activeFor(2) }, "head")).toBe(chain(5n, [0n, 0n]));
    });
  });

  describe("costs", () => {
    it("one hash and one selection per item", () => {
      expectCost("Chain", [LENGTH], tested);
    });
  });
});

describe("AccountSet", () => {
  const ACCOUNTS: AccountName[] = [{ venue: "deribit", account: "main" }, { venue: "deribit", account: "hedge" }, { venue: "custody", account: "main" }];
  const SALT = 8_675_309n;
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "account-set.circom", template: "AccountSet", params: [LENGTH], inputs: ["accountSet", "salt", "venueId", "accountId", "active"] });
  });

  /** Inputs that claim the set over `accounts`, padded with empty places; duplicates are let through to the circuit. */
  function inputs(accounts: readonly AccountName[], change: Inputs = {}): Inputs {
    const padded = (part: keyof AccountName) => Array.from({ length: LENGTH }, (_, v) => (accounts[v] === undefined ? 0n : identifier(accounts[v][part])));
    const set = chain(poseidon([TAGS.accountSet, SALT]), accounts.map(accountHash));
    return { accountSet: set, salt: SALT, venueId: padded("venue"), accountId: padded("account"), active: activeFor(accounts.length), ...change };
  }
  const registered = (accounts: readonly AccountName[]): Inputs => ({ accountSet: accountSet(accounts, SALT) });
  const [A, B, C] = ACCOUNTS as [AccountName, AccountName, AccountName];

  describe("agrees", () => {
    it.each([1, 2, 3])("with accountSet over %i accounts, and with accountHash for each", async (count) => {
      const accounts = ACCOUNTS.slice(0, count);
      const hashes = await tested.outputs(inputs(accounts, registered(accounts)), "account");
      expect(hashes.slice(0, count)).toEqual(accounts.map(accountHash));
    });
  });

  describe("refuses", () => {
    it.each<[string, Inputs]>([
      ["an account left out", inputs([A, B], registered([A, B, C]))],
      ["the last account switched off", inputs([A, B, C], { ...registered([A, B, C]), active: activeFor(2) })],
      ["an account that is not registered", inputs([A, B, C], registered([A, B]))],
      ["another account in its place", inputs([A, C], registered([A, B]))],
      ["another order", inputs([B, A], registered([A, B]))],
      ["another salt", inputs([A, B], { ...registered([A, B]), salt: SALT + 1n })],
      ["another set", inputs([A, B], { accountSet: 1n })],
      ["venue and account exchanged", inputs([A], { ...registered([A]), venueId: [identifier("main"), 0, 0], accountId: [identifier("deribit"), 0, 0] })],
    ])("%s", async (_, given) => {
      expect(await tested.refusal(given)).toBe("AccountSet");
    });

    it.each<[string, AccountName[]]>([["first and second", [A, A]], ["first and third", [A, B, A]], ["second and third", [B, A, A]], ["all three", [A, A, A]]])(
      "one account counted twice, as %s, even if the registered set says so",
      async (_, accounts) => {
        expect(await tested.refusal(inputs(accounts))).toBe("AccountSet");
      },
    );
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(inputs(ACCOUNTS))).toEqual([]);
    });

    it("at the tests for equality: equal accounts cannot be made to look different, nor different ones equal", async () => {
      // places two and three are both empty and therefore equal
      expect(await tested.forgeries(inputs([A]), ["same"])).toEqual([]);
    });

    it("where two places are equal, but for the inverse that circomlib leaves open: IsZero reads none when its input is 0", async () => {
      expect(await tested.undetermined(inputs([A]), [/\.isz\.inv$/])).toEqual([]);
    });
  });

  describe("edges", () => {
    it("empty places may be equal to each other and to an account in use", async () => {
      expect(await tested.refusal(inputs([A]))).toBe("accepted");
      const copies = { venueId: Array(LENGTH).fill(identifier(A.venue)), accountId: Array(LENGTH).fill(identifier(A.account)) };
      expect(await tested.refusal(inputs([A], { ...registered([A]), ...copies }))).toBe("accepted");
    });

    it("accounts at one venue, and accounts of one name at two venues, are different", async () => {
      expect(await tested.refusal(inputs([A, B], registered([A, B])))).toBe("accepted");
      expect(await tested.refusal(inputs([A, C], registered([A, C])))).toBe("accepted");
    });
  });

  describe("costs", () => {
    it("two hashes per account, and a comparison per pair", () => {
      expectCost("AccountSet", [LENGTH], tested);
    });
  });
});
