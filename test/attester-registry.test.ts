import { describe, expect, it } from "vitest";
import { IDENTITY } from "../prover/commitment/curve.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { poseidon } from "../prover/commitment/poseidon.ts";
import { attesterLeaf, buildRegistry, openAttester, REGISTRY_CAPACITY } from "../prover/statement/attester-registry.ts";
import type { Attester, AttesterRegistry } from "../prover/statement/attester-registry.ts";
import { parseRegistry, registryJson, serializeRegistry } from "../prover/statement/registry-json.ts";
import { ORDER_TWO } from "./support/points.ts";
import { refusal } from "./support/refusal.ts";
import { addTorsion } from "./support/small-order.ts";
import { OTHER_KEY, VENUE_KEY } from "./support/statements.ts";

const DERIBIT: Attester = { venue: "deribit", key: VENUE_KEY.publicKey, assurance: "venue-signed", validFrom: 1_600_000_000, validUntil: 1_900_000_000 };
const OKX: Attester = { venue: "okx", key: OTHER_KEY.publicKey, assurance: "attested", validFrom: 0, validUntil: 2 ** 32 - 1 };

function rootOf(registry: AttesterRegistry, index: number, siblings: readonly bigint[], leaf: bigint): bigint {
  return poseidon(registry.nodes.with(Math.floor(index / 16), poseidon(siblings.with(index % 16, leaf))));
}

describe("leaves", () => {
  it("are Poseidon6 of key, venue, assurance and validity", () => {
    const { x, y } = DERIBIT.key;
    expect(attesterLeaf(DERIBIT)).toBe(poseidon([x, y, identifier("deribit"), 2n, 1_600_000_000n, 1_900_000_000n]));
  });

  it.each<[string, Partial<Attester>]>([
    ["venue", { venue: "okx" }],
    ["key", { key: OTHER_KEY.publicKey }],
    ["assurance", { assurance: "self-claimed" }],
    ["start of validity", { validFrom: 1 }],
    ["end of validity", { validUntil: 1_900_000_001 }],
  ])("bind the %s", (_, change) => {
    expect(attesterLeaf({ ...DERIBIT, ...change })).not.toBe(attesterLeaf(DERIBIT));
  });
});

describe("openings (15)", () => {
  const places: (Attester | null)[] = [...Array<null>(20).fill(null), DERIBIT, null, OKX];
  const registry = buildRegistry(places);

  it("hash up to the root, wherever the attester stands", () => {
    for (const attester of [DERIBIT, OKX]) {
      const { index, siblings, attester: found } = openAttester(registry, attester.venue, attester.key);
      expect(found).toEqual(attester);
      expect(places[index]).toEqual(attester);
      expect(siblings[index % 16]).toBe(attesterLeaf(attester));
      expect(rootOf(registry, index, siblings, attesterLeaf(attester))).toBe(registry.root);
    }
  });

  it("of a key at another venue, or an unknown key, are refused", () => {
    expect(refusal(() => openAttester(registry, "okx", DERIBIT.key, "statements[0].attesterKey"))).toEqual({ code: "UnknownAttester", path: "statements[0].attesterKey" });
    expect(refusal(() => openAttester(buildRegistry([]), "deribit", DERIBIT.key)).code).toBe("UnknownAttester");
  });

  it("of a revoked key are refused: its place is empty and the root is another", () => {
    const revoked = buildRegistry(places.with(20, null));
    expect(refusal(() => openAttester(revoked, "deribit", DERIBIT.key)).code).toBe("UnknownAttester");
    expect(revoked.root).not.toBe(registry.root);
  });

  it("place and order change the root", () => {
    const roots = [buildRegistry([DERIBIT, OKX]), buildRegistry([OKX, DERIBIT]), buildRegistry([DERIBIT, null, OKX]), buildRegistry([DERIBIT])].map(({ root }) => root);
    expect(new Set(roots).size).toBe(roots.length);
  });
});

describe("refuses", () => {
  it.each<[string, (Attester | null)[], { code: string; path: string }]>([
    ["a key off the curve", [{ ...DERIBIT, key: { x: 1n, y: 1n } }], { code: "InvalidPoint", path: "attesters[0].key" }],
    ["a key with a small-order component", [OKX, { ...DERIBIT, key: addTorsion(DERIBIT.key) }], { code: "InvalidPoint", path: "attesters[1].key" }],
    ["the point of order 2", [{ ...DERIBIT, key: ORDER_TWO }], { code: "InvalidPoint", path: "attesters[0].key" }],
    ["the identity", [{ ...DERIBIT, key: IDENTITY }], { code: "InvalidPoint", path: "attesters[0].key" }],
    ["the same key twice for one venue", [DERIBIT, null, { ...DERIBIT, assurance: "attested" }], { code: "InvalidSchema", path: "attesters[2].key" }],
    ["inverted validity", [{ ...DERIBIT, validUntil: DERIBIT.validFrom - 1 }], { code: "OutOfRange", path: "attesters[0].validUntil" }],
    ["a time of 33 bits", [{ ...DERIBIT, validUntil: 2 ** 32 }], { code: "OutOfRange", path: "attesters[0].validUntil" }],
    ["more attesters than places", Array<null>(REGISTRY_CAPACITY + 1).fill(null), { code: "TreeFull", path: "attesters" }],
  ])("%s", (_, attesters, expected) => {
    expect(refusal(() => buildRegistry(attesters))).toEqual(expected);
  });

  it("takes one firm that attests for two venues", () => {
    expect(buildRegistry([DERIBIT, { ...DERIBIT, venue: "okx" }]).attesters).toHaveLength(2);
  });
});

describe("the document", () => {
  const registry = buildRegistry([DERIBIT, null, OKX]);
  const json = (): { attesters: (Record<string, unknown> | null)[]; root: string } => JSON.parse(serializeRegistry(registry));

  it("reading back what was written gives the same registry", () => {
    expect(parseRegistry(json())).toEqual(registry);
    expect(registryJson(registry)).toMatchObject({ format: "attester-registry/1", attesters: [{ venue: "deribit", assurance: "venue-signed" }, null, { venue: "okx" }] });
  });

  it("with an edited attester is refused by its root", () => {
    const document = json();
    document.attesters[0]!["assurance"] = "attested";
    expect(refusal(() => parseRegistry(document))).toEqual({ code: "InvalidSchema", path: "root" });
  });

  it("with an unknown assurance or a point off the curve is refused with its path", () => {
    const [assurance, key] = [json(), json()];
    assurance.attesters[2]!["assurance"] = "very good";
    key.attesters[0]!["key"] = ["5", "6"];
    expect(refusal(() => parseRegistry(assurance))).toEqual({ code: "InvalidSchema", path: "attesters[2].assurance" });
    expect(refusal(() => parseRegistry(key))).toEqual({ code: "InvalidPoint", path: "attesters[0].key" });
  });
});
