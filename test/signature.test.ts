import { inspect } from "node:util";
import { verifySignature as referenceVerify } from "../prover/statement/eddsa-poseidon.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, BASE, IDENTITY, multiply, SUBGROUP_ORDER } from "../prover/commitment/curve.ts";
import type { Point } from "../prover/commitment/curve.ts";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { AttesterKey } from "../prover/statement/attester-key.ts";
import { verifySignature } from "../prover/statement/signature.ts";
import { FIELD } from "../prover/units.ts";
import { law } from "./support/law.ts";
import { ORDER_TWO } from "./support/points.ts";
import { refusal } from "./support/refusal.ts";
import { addTorsion } from "./support/small-order.ts";
import { OTHER_KEY, VENUE_KEY } from "./support/statements.ts";

const SECRET = "0001020304050607080900010203040506070809000102030405060708090001";
const MESSAGE = 42649378395939397566720n;
const signature = VENUE_KEY.sign(MESSAGE);
const pair = ({ x, y }: Point): [bigint, bigint] => [x, y];

describe("agrees with circomlib", () => {
  it("on its published vector", () => {
    expect(VENUE_KEY.publicKey).toEqual({
      x: 13277427435165878497778222415993513565335242147425444199013288855685581939618n,
      y: 13622229784656158136036771217484571176836296686641868549125388198837476602820n,
    });
    expect(signature).toEqual({
      R8: {
        x: 11384336176656855268977457483345535180380036354188103142384839473266348197733n,
        y: 15383486972088797283337779941324724402501462225528836549661220478783371668959n,
      },
      S: 1672775540645840396591609181675628451599263765380031905495115170613215233181n,
    });
  });

  law(
    "on every honest signature",
    fc.property(fc.bigInt({ min: 0n, max: FIELD - 1n }), fc.uint8Array({ minLength: 32, maxLength: 32 }), (message, secret) => {
      const key = AttesterKey.fromHex(Buffer.from(secret).toString("hex"));
      const { R8, S } = key.sign(message);
      expect(referenceVerify(message, { R8: pair(R8), S }, pair(key.publicKey))).toBe(true);
      expect(verifySignature(message, { R8, S }, key.publicKey)).toBe(true);
    }),
    5,
  );
});

describe("refuses (15)", () => {
  const verify = (change: { message?: bigint; R8?: Point; S?: bigint; key?: Point }): boolean =>
    verifySignature(change.message ?? MESSAGE, { R8: change.R8 ?? signature.R8, S: change.S ?? signature.S }, change.key ?? VENUE_KEY.publicKey);

  it.each<[string, Parameters<typeof verify>[0]]>([
    ["another message", { message: MESSAGE + 1n }],
    ["the message plus the field order", { message: MESSAGE + FIELD }],
    ["another key", { key: OTHER_KEY.publicKey }],
    ["another S", { S: signature.S + 1n }],
    ["S plus the subgroup order, a second signature of the same message", { S: signature.S + SUBGROUP_ORDER }],
    ["a negative S", { S: signature.S - SUBGROUP_ORDER }],
    ["another R8", { R8: add(signature.R8, BASE) }],
    ["R8 off the curve", { R8: { x: signature.R8.x + 1n, y: signature.R8.y } }],
    ["an unreduced R8", { R8: { x: signature.R8.x + FIELD, y: signature.R8.y } }],
    ["R8 with a small-order component", { R8: addTorsion(signature.R8) }],
    ["the identity as R8", { R8: IDENTITY }],
    ["a key off the curve", { key: { x: 1n, y: 1n } }],
    ["a key with a small-order component", { key: addTorsion(VENUE_KEY.publicKey) }],
  ])("%s", (_, change) => {
    expect(verify({})).toBe(true);
    expect(verify(change)).toBe(false);
  });

  it.each([["the identity", IDENTITY], ["the point of order 2", ORDER_TWO]])("a signature that %s as key would accept from anybody", (_, key) => {
    // 8 times a small-order key is the identity: S·B = R8 holds for any S the forger likes
    const forged = { R8: multiply(BASE, 77n), S: 77n };
    expect(multiply(IDENTITY, poseidon([forged.R8.x, forged.R8.y, key.x, key.y, MESSAGE]))).toEqual(IDENTITY);
    expect(referenceVerify(MESSAGE, { R8: pair(forged.R8), S: forged.S }, pair(key))).toBe(true);
    expect(verifySignature(MESSAGE, forged, key)).toBe(false);
  });
});

describe("a key's secret (28)", () => {
  const texts = (key: AttesterKey): string[] => [
    JSON.stringify(key), JSON.stringify({ nested: [key] }), String(key), `${key}`,
    inspect(key), inspect({ nested: [key] }, { showHidden: true, depth: 9 }), inspect(key, { customInspect: false, showHidden: true }),
    inspect(Object.entries(key)), inspect(Object.getOwnPropertyDescriptors(key)), inspect(structuredClone({ ...key })),
  ];

  it("never shows in text", () => {
    const bytes = inspect(Buffer.from(SECRET, "hex"));
    for (const text of texts(VENUE_KEY)) {
      expect(text.toLowerCase()).not.toContain(SECRET.slice(0, 16));
      expect(text).not.toContain(bytes.slice(8, 40));
    }
  });

  it("is not in the refusal of a malformed key", () => {
    const almost = `${SECRET}zz`;
    try {
      AttesterKey.fromHex(almost, "MARGIN_KEY");
      expect.unreachable();
    } catch (error) {
      expect(inspect(error)).not.toContain(SECRET.slice(0, 16));
      expect(JSON.stringify(error)).not.toContain(SECRET.slice(0, 16));
    }
  });

  it("survives a round trip through its export, with or without 0x", () => {
    const key = AttesterKey.generate();
    expect(AttesterKey.fromHex(key.exportSecret()).publicKey).toEqual(key.publicKey);
    expect(AttesterKey.fromHex(`0x${key.exportSecret()}\n`).publicKey).toEqual(key.publicKey);
  });

  it.each<[string, () => unknown, { code: string; path: string | undefined }]>([
    ["too short", () => AttesterKey.fromHex("ab", "key"), { code: "InvalidSchema", path: "key" }],
    ["not hexadecimal", () => AttesterKey.fromHex("g".repeat(64), "key"), { code: "InvalidSchema", path: "key" }],
    ["a missing file", () => AttesterKey.fromFile("no-such-file.key"), { code: "UnreadableFile", path: "no-such-file.key" }],
    ["a missing variable", () => AttesterKey.fromEnvironment("NO_SUCH_KEY", {}), { code: "InvalidSchema", path: "NO_SUCH_KEY" }],
  ])("%s is refused", (_, action, expected) => {
    expect(refusal(action)).toEqual(expected);
  });

  it("is read from the environment", () => {
    expect(AttesterKey.fromEnvironment("KEY", { KEY: SECRET }).publicKey).toEqual(VENUE_KEY.publicKey);
  });
});
