import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { identifier, TAGS } from "../../prover/commitment/domain.ts";
import { chain, poseidon } from "../../prover/commitment/poseidon.ts";
import { growthInput, type GrowthInput } from "../../prover/proof/account-set-growth.ts";
import { growthSignals } from "../../prover/proof/growth-signals.ts";
import { accountHash, accountSet, type AccountName } from "../../prover/statement/account-set.ts";
import { parseAddress } from "../../prover/statement/address.ts";
import { FIELD } from "../../prover/units.ts";
import { elements, forger } from "../support/forge.ts";
import { law } from "../support/law.ts";
import { SUBJECT } from "../support/statements.ts";
import { expectCost, underTest, type Inputs, type Tested } from "../support/template.ts";

const PLACES = 4;
const NAMES = ["accountSet", "grownSet", "subject", "zero", "venueId", "accountId", "oldCount", "newCount", "oldSalt", "newSalt"];
const PUBLIC = ["accountSet", "grownSet", "subject", "zero[0]", "zero[1]", "zero[2]", "zero[3]"];
const [SALT, NEW_SALT] = [8_675_309n, 2_718_281n];
const [A, B, C, D] = ["main", "hedge", "treasury", "basis"].map((account, i) => ({ venue: i % 2 === 0 ? "deribit" : "custody", account })) as [AccountName, AccountName, AccountName, AccountName];

/** What an honest prover gives. */
const honest = (accounts: readonly AccountName[], added: readonly AccountName[]): GrowthInput =>
  growthInput({ subject: SUBJECT, accounts, salt: SALT, added, newSalt: NEW_SALT }, { accounts: PLACES });
const setOf = (accounts: readonly AccountName[], salt: bigint) => chain(poseidon([TAGS.accountSet, salt]), accounts.map(accountHash));
/** Inputs over any list of accounts, with nothing asked first. */
function unchecked(accounts: readonly AccountName[], oldCount: number, change: Inputs = {}): Inputs {
  const part = (name: keyof AccountName) => Array.from({ length: PLACES }, (_, v) => (accounts[v] === undefined ? 0n : identifier(accounts[v][name])));
  return {
    accountSet: setOf(accounts.slice(0, oldCount), SALT), grownSet: setOf(accounts, NEW_SALT), subject: BigInt(SUBJECT), zero: [0, 0, 0, 0],
    venueId: part("venue"), accountId: part("account"), oldCount, newCount: accounts.length, oldSalt: SALT, newSalt: NEW_SALT, ...change,
  };
}

describe("AccountSetGrowth", () => {
  let tested: Tested;
  beforeAll(async () => {
    tested = await underTest({ file: "account-set-growth.circom", template: "AccountSetGrowth", params: [PLACES], inputs: NAMES });
  });

  describe("agrees", () => {
    const names = fc.uniqueArray(fc.constantFrom(A, B, C, D, { venue: "okx", account: "main" }), { minLength: 1, maxLength: PLACES });
    law("with growthInput, for any accounts that were and that joined", fc.asyncProperty(names, fc.nat(), async (accounts, at) => {
      const oldCount = 1 + (at % accounts.length);
      const witness = await tested.witness(honest(accounts.slice(0, oldCount), accounts.slice(oldCount)));
      // The public signals stand in the order of the key, from the first wire on.
      const expected = { accountSet: accountSet(accounts.slice(0, oldCount), SALT), grownSet: accountSet(accounts, NEW_SALT), subject: BigInt(SUBJECT) };
      expect(growthSignals.fromOrder(witness.slice(1, 8).map(String))).toEqual(expected);
    }), 12);

    it("with itself when compiled with every wire", async () => {
      expect(await tested.agreesWithO1(honest([A, B], [C]))).toBe(true);
    });
  });

  describe("refuses", () => {
    it.each<[string, Inputs]>([
      ["an old account left out of the grown set", unchecked([A, C], 1, { accountSet: setOf([A, B], SALT) })],
      ["another account in the place of an old one", unchecked([A, D, C], 2, { accountSet: setOf([A, B], SALT) })],
      ["old accounts in another order", unchecked([B, A, C], 2, { accountSet: setOf([A, B], SALT) })],
      ["a set that shrinks: fewer accounts than there were", unchecked([A, B, C], 3, { grownSet: setOf([A, B], NEW_SALT), newCount: 2 })],
      ["no old account", unchecked([A], 0)],
      ["no account at all", unchecked([], 0)],
      ["the old salt again", unchecked([A, B], 1, { newSalt: SALT, grownSet: setOf([A, B], SALT) })],
      ["the old salt again for the same accounts", unchecked([A, B], 2, { newSalt: SALT, grownSet: setOf([A, B], SALT) })],
    ])("%s", async (_, given) => {
      expect(await tested.refusal(given)).toMatch(/AccountSetGrowth$/);
    });

    it.each<[string, AccountName[], number]>([
      ["an old account added once more", [A, B, A], 2], ["a new account added twice", [A, B, B], 1], ["an account that was registered twice", [A, A, B], 2],
    ])("%s, even if both sets say so", async (_, accounts, oldCount) => {
      expect(await tested.refusal(unchecked(accounts, oldCount))).toBe("AccountSet in AccountSetGrowth");
    });

    it.each(["accountSet", "grownSet", "oldSalt", "newSalt"])("another %s over the same accounts", async (name) => {
      const given = honest([A, B], [C]);
      for (const change of [1n, -1n]) expect(await tested.refusal({ ...given, [name]: (given[name as keyof GrowthInput] as bigint) + change })).toMatch(/AccountSet/);
    });

    it.each([0, 1, 2, 3])("anything but zero in place %i behind the subject", async (place) => {
      for (const value of [1n, -1n, FIELD / 2n]) expect(await tested.refusal({ ...honest([A], [B]), zero: [0n, 0n, 0n, 0n].with(place, value) })).toBe("AccountSetGrowth");
    });

    it.each([["2^160", 1n << 160n], ["minus one", -1n], ["an address and 2^160 more", BigInt(SUBJECT) + (1n << 160n)]])("a subject of %s", async (_, subject) => {
      expect(await tested.refusal({ ...honest([A], [B]), subject })).toBe("Num2Bits in CheckBits in AccountSetGrowth");
    });

    it.each<[string, Inputs]>([["more accounts than places", { newCount: PLACES + 1 }], ["a negative count", { oldCount: -1 }], ["half a count", { oldCount: (FIELD + 1n) / 2n }]])("%s", async (_, change) => {
      expect(await tested.refusal({ ...honest([A], [B]), ...change })).toBe("InUse in AccountSetGrowth");
    });
  });

  describe("cannot be forged", () => {
    it("anywhere: no wire is loose or free", async () => {
      expect(await tested.undetermined(honest([A, B], [C, D]))).toEqual([]);
    });

    it.each([...PUBLIC.filter((name) => name !== "subject")])("by another %s, with every dependent wire recomputed", async (name) => {
      const wired = await tested.witness(honest([A, B], [C]));
      const forge = forger(tested.circuit, NAMES.filter((input) => !name.startsWith(input)));
      for (const change of [1n, -1n, 1n << 64n]) expect(forge(wired, { [name]: tested.circuit.signal(wired, name) + change })).toBeUndefined();
    });

    it("by another subject over the same witness, though nothing else depends on it", async () => {
      const witness = await tested.witness(honest([A, B], [C]));
      expect(tested.circuit.checkConstraints(tested.circuit.forge(witness, { subject: BigInt(SUBJECT) ^ 1n })).ok).toBe(false);
    });

    it.each(["wasActive", "active", "account"])("at %s, with every dependent wire recomputed", async (name) => {
      expect(await tested.forgeries(honest([A, B], [C]), [name])).toEqual([]);
    });

    it("by counts: no other number of old or new accounts goes with the same sets", async () => {
      const given = honest([A, B], [C]);
      const pairs = Array.from({ length: (PLACES + 1) ** 2 }, (_, i) => [i % (PLACES + 1), Math.floor(i / (PLACES + 1))] as const);
      const accepted = await Promise.all(pairs.map(async ([oldCount, newCount]) => (await tested.refusal({ ...given, oldCount, newCount })) === "accepted" ? [[oldCount, newCount]] : []));
      expect(accepted.flat()).toEqual([[2, 3]]);
    });

    it("by one set posing as the other", async () => {
      const { accountSet: old, grownSet, ...rest } = honest([A, B], []);
      expect(await tested.refusal({ ...rest, accountSet: grownSet, grownSet: old })).toMatch(/AccountSet/);
    });

    it("reads every public signal: each stands in some constraint", () => {
      for (const name of PUBLIC) expect(elements(tested.circuit, name)).toHaveLength(1);
    });
  });

  describe("edges", () => {
    it("one account grows to as many as there are places, and as many stay as many under another salt", async () => {
      expect(await tested.refusal(honest([A], [B, C, D]))).toBe("accepted");
      expect(await tested.refusal(honest([A, B, C, D], []))).toBe("accepted");
      expect(await tested.refusal(honest([A], []))).toBe("accepted");
    });

    it("the first and the last address can be the subject", async () => {
      for (const subject of [0n, (1n << 160n) - 1n]) expect(await tested.refusal({ ...honest([A], [B]), subject })).toBe("accepted");
    });

    it("places that are not in use may hold anything, in neither set", async () => {
      const given = honest([A], [B]);
      expect(await tested.refusal({ ...given, venueId: given.venueId.with(3, given.venueId[0]!), accountId: given.accountId.with(3, given.accountId[0]!) })).toBe("accepted");
    });

    it("salts are any two that differ, zero among them", async () => {
      expect(await tested.refusal(growthInput({ subject: SUBJECT, accounts: [A], salt: 0n, added: [B], newSalt: 1n }, { accounts: PLACES }))).toBe("accepted");
    });

    it("under the old salt the sets would show what was added, which is why the salt must change", () => {
      expect(poseidon([setOf([A, B], SALT), accountHash(C)])).toBe(setOf([A, B, C], SALT));
      expect(poseidon([setOf([A, B], SALT), accountHash(C)])).not.toBe(setOf([A, B, C], NEW_SALT));
    });
  });

  describe("costs", () => {
    it("the check of a set, a second chain over its accounts, two counts and an address", () => {
      expectCost("AccountSetGrowth", [PLACES], tested);
    });
  });
});

describe("growthInput", () => {
  const request = { subject: parseAddress(SUBJECT), accounts: [A, B], salt: SALT, added: [C], newSalt: NEW_SALT };
  const refusalOf = (change: object) => {
    try {
      growthInput({ ...request, ...change }, { accounts: PLACES });
    } catch (error) {
      const { code, path } = error as { code: string; path: string };
      return { code, path };
    }
    return undefined;
  };

  it.each<[string, object, string, string]>([
    ["no registered account", { accounts: [] }, "StatementMismatch", "accounts"],
    ["more accounts than the tier takes", { added: [C, D, { venue: "okx", account: "main" }] }, "BookTooLarge", "added"],
    ["an account added twice", { added: [C, C] }, "StatementMismatch", "accounts[3]"],
    ["an account added that was there", { added: [A] }, "StatementMismatch", "accounts[2]"],
    ["the old salt again", { newSalt: SALT }, "StatementMismatch", "newSalt"],
    ["another set than the registered", { registeredAccountSet: 5n }, "StatementMismatch", "accounts"],
    ["a salt of 249 bits", { newSalt: 1n << 248n }, "OutOfRange", "accountSetSalt"],
  ])("refuses %s before the circuit does", (_, change, code, path) => {
    expect(refusalOf(change)).toEqual({ code, path });
  });

  it("takes the set as it is registered", () => {
    expect(refusalOf({ registeredAccountSet: accountSet([A, B], SALT) })).toBeUndefined();
  });
});
