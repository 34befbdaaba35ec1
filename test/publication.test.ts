import { Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import { publicationHash, publicationOf, type OracleDomain, type Publication } from "../prover/chain/publication.ts";
import { parsePublicationSignature, publicationSignatureJson, serializePublicationSignature } from "../prover/chain/publication-json.ts";
import { gatherSignatures, signPublication, verifyPublicationSignature } from "../prover/chain/publication-signature.ts";
import { identifier } from "../prover/commitment/domain.ts";
import { marketHash, policyHash } from "../prover/commitment/snapshot.ts";
import { MarginProofError } from "../prover/errors.ts";
import { parseMarket } from "../prover/risk/market.ts";
import { parsePolicy } from "../prover/risk/policy.ts";
import { parseAddress } from "../prover/statement/address.ts";
import { MARKET_JSON, POLICY_JSON } from "./support/small-market.ts";
import { SUBJECT } from "./support/statements.ts";

const market = parseMarket(MARKET_JSON);
const snapshot = { policyHash: policyHash(parsePolicy(POLICY_JSON)), marketHash: marketHash(market), root: 77n, asOf: market.asOf };
const DOMAIN: OracleDomain = { chainId: 31_337n, oracle: parseAddress(SUBJECT) };
const PUBLISHERS = [3n, 1n, 2n].map((key) => new Wallet(`0x${key.toString(16).padStart(64, "0")}`));
const publication = publicationOf(snapshot, market, 7n);
const signed = await Promise.all(PUBLISHERS.map((publisher) => signPublication(publication, DOMAIN, publisher)));
const [first] = signed;
const document = publicationSignatureJson(first!) as Record<string, any>;

function rejected(action: () => unknown): { code: string; path: string | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof MarginProofError) return { code: error.code, path: error.path };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a publication", () => {
  it("has the spot of every underlying and the price of every currency, ascending by identifier", () => {
    const names = publication.spots.map(({ asset }) => asset);
    expect(names.toSorted()).toEqual([...market.underlyings, ...market.currencies].map(({ name }) => name).toSorted());
    expect(names.map(identifier)).toEqual(names.map(identifier).toSorted((a, b) => (a < b ? -1 : 1)));
    for (const { name, spot } of market.underlyings) expect(publication.spots.find(({ asset }) => asset === name)!.price).toBe(spot);
    for (const { name, price } of market.currencies) expect(publication.spots.find(({ asset }) => asset === name)!.price).toBe(price);
  });

  it("has another hash when any part is another", () => {
    const [spot, ...others] = publication.spots;
    const changed: Partial<Publication>[] = [{}, { policyHash: 1n }, { epoch: 8n }, { root: 78n }, { asOf: 1 }, { spots: others }, { spots: [{ ...spot!, asset: "X" }, ...others] }, { spots: [{ ...spot!, price: (spot!.price + 1n) as typeof spot.price }, ...others] }];
    expect(new Set(changed.map((change) => publicationHash({ ...publication, ...change }))).size).toBe(changed.length);
  });

  it("is refused of another market than the snapshot's, for epoch zero, and without spots", () => {
    const other = parseMarket({ ...MARKET_JSON, asOf: MARKET_JSON.asOf + 1 });
    expect(rejected(() => publicationOf(snapshot, other, 7n))).toEqual({ code: "SnapshotMismatch", path: "marketHash" });
    for (const epoch of [0n, -1n, 2n ** 64n]) expect(rejected(() => publicationOf(snapshot, market, epoch))).toEqual({ code: "OutOfRange", path: "epoch" });
    const bare = { ...market, underlyings: [], currencies: [], listings: [] };
    expect(rejected(() => publicationOf({ ...snapshot, marketHash: marketHash(bare) }, bare, 7n))).toEqual({ code: "OutOfRange", path: "market" });
  });
});

describe("a publisher's signature", () => {
  it("is read back as it was written, and is the publisher's", () => {
    const text = serializePublicationSignature(first!);
    expect(parsePublicationSignature(JSON.parse(text))).toEqual(first);
    expect(first!.publisher).toBe(PUBLISHERS[0]!.address);
    verifyPublicationSignature(first!);
  });

  it.each<[string, (json: typeof document) => object]>([
    ["epoch", ({ epoch }) => ({ epoch: String(BigInt(epoch) + 1n) })],
    ["root", () => ({ root: "78" })],
    ["asOf", ({ asOf }) => ({ asOf: asOf + 1 })],
    ["policyHash", () => ({ policyHash: "1" })],
    ["chainId", () => ({ chainId: "1" })],
    ["oracle", () => ({ oracle: PUBLISHERS[1]!.address })],
    ["publisher", () => ({ publisher: PUBLISHERS[1]!.address })],
    ["price", ({ spots }) => ({ spots: [{ ...spots[0], price: "1.5" }, ...spots.slice(1)] })],
    ["spots", ({ spots }) => ({ spots: spots.slice(1) })],
    ["signature", ({ signature }) => ({ signature: `${signature.slice(0, 20)}${signature[20] === "0" ? "1" : "0"}${signature.slice(21)}` })],
    ["signature's parity", ({ signature }) => ({ signature: `${signature.slice(0, -2)}${signature.endsWith("1b") ? "1c" : "1b"}` })],
  ])("is refused under another %s", (_, change) => {
    expect(rejected(() => parsePublicationSignature({ ...document, ...change(document) }))).toEqual({ code: "InvalidSignature", path: "signature" });
  });

  it.each<[string, (json: typeof document) => object, string, string]>([
    ["another format", () => ({ format: "snapshot-signature/2" }), "InvalidSchema", "format"],
    ["a field that nobody asked for", () => ({ note: "" }), "InvalidSchema", ""],
    ["no spots", () => ({ spots: [] }), "InvalidSchema", "spots"],
    ["a price of zero", ({ spots }) => ({ spots: [{ ...spots[0], price: "0" }] }), "OutOfRange", "spots[0].price"],
    ["a price of nine decimals", ({ spots }) => ({ spots: [{ ...spots[0], price: "1.000000001" }] }), "InvalidDecimal", "spots[0].price"],
    ["an asset twice", ({ spots }) => ({ spots: [spots[0], spots[0]] }), "SnapshotMismatch", "spots[1].asset"],
    ["a root beyond the field", () => ({ root: (2n ** 255n).toString() }), "OutOfRange", "root"],
    ["an epoch beyond its bits", () => ({ epoch: (2n ** 64n).toString() }), "OutOfRange", "epoch"],
    ["a signature cut short", ({ signature }) => ({ signature: signature.slice(0, -2) }), "InvalidSchema", "signature"],
    ["a publisher with a wrong checksum", ({ publisher }) => ({ publisher: publisher.replace(/[A-F]/, (letter: string) => letter.toLowerCase()) }), "InvalidSchema", "publisher"],
  ])("is not read with %s", (_, change, code, path) => {
    const problem = rejected(() => parsePublicationSignature({ ...document, ...change(document) }));
    expect({ ...problem, path: problem.path ?? "" }).toEqual({ code, path });
  });
});

describe("signatures of a quorum", () => {
  it("are gathered in the order that contracts take, whatever order they come in", () => {
    const gathered = gatherSignatures(signed);
    expect(gathered).toEqual(gatherSignatures(signed.toReversed()));
    expect(gathered.signatures.map(({ publisher }) => publisher)).toEqual(PUBLISHERS.map(({ address }) => address).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
  });

  it("are refused when there are none, when one is given twice or is not its publisher's", () => {
    expect(rejected(() => gatherSignatures([]))).toEqual({ code: "SnapshotMismatch", path: "signatures" });
    expect(rejected(() => gatherSignatures([signed[0]!, signed[1]!, signed[0]!]))).toEqual({ code: "InvalidSignature", path: "signatures[2].publisher" });
    expect(rejected(() => gatherSignatures([signed[0]!, { ...signed[1]!, publisher: signed[2]!.publisher }]))).toEqual({ code: "InvalidSignature", path: "signatures[1].signature" });
  });

  it.each<[string, Partial<Publication>, Partial<OracleDomain>]>([
    ["epoch", { epoch: 8n }, {}],
    ["root", { root: 78n }, {}],
    ["asOf", { asOf: 1 }, {}],
    ["policyHash", { policyHash: 1n }, {}],
    ["spots", { spots: publication.spots.slice(1) }, {}],
    ["chainId", {}, { chainId: 1n }],
    ["oracle", {}, { oracle: parseAddress(PUBLISHERS[1]!.address) }],
  ])("are refused when one is of another %s", async (part, change, domain) => {
    const other = await signPublication({ ...publication, ...change }, { ...DOMAIN, ...domain }, PUBLISHERS[1]!);
    expect(rejected(() => gatherSignatures([first!, other]))).toEqual({ code: "SnapshotMismatch", path: `signatures[1].${part}` });
  });
});
