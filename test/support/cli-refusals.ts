/** Command lines that are refused, as data. Each runs in an empty folder two levels below the workspace's files. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "../../scripts/circom.ts";
import { PUBLISHERS, SALT, type Workspace } from "./cli-workspace.ts";
import { SUBJECT, VENUE_KEY } from "./statements.ts";

interface Misuse {
  readonly title: string;
  readonly args: readonly string[];
  /** The variable RPC is always set, to a node's address. */
  readonly env?: Readonly<Record<string, string>>;
  readonly path: string | undefined;
}

interface Refusal extends Misuse {
  readonly code: string;
}

const DEMO = join(REPOSITORY, "scripts/demo-book");
const MARKET = ["--market", "../../market.json", "--policy", "../../policy.json"];
const sign = (...more: string[]) => ["statement", "sign", "--book", "../../book.json", "--account", "deribit/main", "--subject", SUBJECT, "--sequence", "1", ...more, "--out", "out.json"];
const proveWith = (...more: string[]) => [
  "prove", "--snapshot", "../../snapshot.json", ...MARKET, "--statement", "../../deribit.statement.json", "../../custodian.statement.json",
  "--registry", "../../registry.json", "--account-set-salt", "../../set.salt", "--out", "out.json", ...more,
];
const watch = (...more: string[]) => [
  "watch", "--from", ".", "--journal", "keeper", "--policy", "../../policy.json", "--subject", SUBJECT, "--account", "deribit/main", "--account-set-salt", "../../set.salt",
  "--registry-address", SUBJECT, "--rpc", "env:RPC", "--key", "../../deribit.key", ...more,
];

/** As the development mnemonic's third account, for an oracle of chain 31337. */
const PUBLISHER_KEY = { PUBLISHER: PUBLISHERS[0]!.privateKey };
const signSnapshot = (snapshot: string, market: string, ...more: string[]) => [
  "snapshot", "sign", snapshot, "--market", market, "--policy", "../../policy.json", "--chain-id", "31337", "--oracle-address", SUBJECT, "--key", "env:PUBLISHER", "--out", "out.json", ...more,
];
const publishSnapshot = (...signatures: string[]) => ["snapshot", "publish", ...signatures.map((file) => `../../${file}`), "--rpc", "env:RPC", "--key", "env:PUBLISHER"];

const grow = (...more: string[]) => [
  "account-set", "grow", "--subject", SUBJECT, "--account", "deribit/main", "custodian/vault", "--salt", "../../set.salt", "--new-salt-file", "new.salt", "--out", "out.json", ...more,
];

/** Something that is sent to a contract: at an address where there is none, unless told otherwise. */
const at = (option: "registry" | "oracle", ...act: string[]) => [...act, `--${option}-address`, SUBJECT, "--rpc", "env:RPC", "--key", "env:PUBLISHER"];
const SET = ["--publisher", SUBJECT, "--quorum", "1"];

/** Exit code 2: the command line itself makes no sense. */
const MISUSES: readonly Misuse[] = [
  { title: "an unknown command", args: ["forge"], path: "margin-health" },
  { title: "a group without a command", args: ["snapshot"], path: "margin-health snapshot" },
  { title: "an unknown option", args: ["verify", "../../proof.json", "--lenient"], path: "margin-health verify" },
  { title: "a missing option", args: ["check", "--book", "../../book.json"], path: "margin-health check" },
  { title: "a missing argument", args: ["statement", "verify", "--registry", "../../registry.json"], path: "margin-health statement verify" },
  { title: "a level that does not exist", args: ["check", "--book", "../../book.json", ...MARKET, "--level", "XM"], path: "margin-health check" },
  { title: "a ratio with a fraction", args: ["check", "--book", "../../book.json", ...MARKET, "--ratio-bps", "1.5"], path: "--ratio-bps" },
  { title: "a ratio beyond its bits", args: ["check", "--book", "../../book.json", ...MARKET, "--ratio-bps", "1048576"], path: "--ratio-bps" },
  { title: "collateral with nine decimals", args: ["check", "--book", "../../book.json", ...MARKET, "--collateral", "0.000000001"], path: "--collateral" },
  { title: "a cost without an amount", args: ["hedge", "--book", "../../book.json", ...MARKET, "--cost", "BTC-PERPETUAL"], path: "--cost" },
  { title: "a lot with nine decimals", args: ["hedge", "--book", "../../book.json", ...MARKET, "--lot", "0.000000001"], path: "--lot" },
  { title: "an address with a wrong checksum", args: sign("--key", "../../deribit.key", "--scope", "1", "--subject", `0x5${SUBJECT.slice(3).replace("A", "a")}`), path: "--subject" },
  { title: "a day that does not exist", args: sign("--key", "../../deribit.key", "--scope", "1", "--as-of", "2026-02-30T00:00:00Z"), path: "--as-of" },
  { title: "an account without its venue", args: ["account-set", "--account", "main", "--salt-file", "new.salt"], path: "--account" },
  { title: "a snapshot for a proof of growth", args: ["verify", "../../growth.json", "--snapshot", "../../snapshot.json"], path: "--snapshot" },
  { title: "an added account without its venue", args: grow("--add", "main"), path: "--add" },
  { title: "no accounts", args: ["account-set", "--salt-file", "new.salt"], path: "--account" },
  { title: "a statement without scope", args: sign("--key", "../../deribit.key"), path: "--scope" },
  { title: "half a scope", args: sign("--key", "../../deribit.key", "--chain-id", "1"), path: "--scope" },
  { title: "a tier and a number of parents", args: ["snapshot", "build", ...MARKET, "--tier", "test", "--tree-parents", "1", "--out", "out.json"], path: "margin-health snapshot build" },
  { title: "an import of nothing", args: ["import", "deribit", join(DEMO, "deribit")], path: "--market" },
  { title: "a book of a nameless account", args: ["import", "deribit", join(DEMO, "deribit"), "--book", "out.json"], path: "--account" },
  { title: "an entry without validity", args: ["attester", "keygen", "--out", "k", "--entry-out", "e", "--venue", "okx"], path: "--valid-from" },
  { title: "a market without its snapshot", args: ["verify", "../../proof.json", ...MARKET], path: "--snapshot" },
  { title: "a snapshot signed for no epoch", args: signSnapshot("../../snapshot.json", "../../market.json"), path: "margin-health snapshot sign" },
  { title: "an epoch beyond its bits", args: signSnapshot("../../snapshot.json", "../../market.json", "--epoch", (2n ** 64n).toString()), path: "--epoch" },
  { title: "a publisher's key on the command line", args: [...publishSnapshot("signature.json").slice(0, -1), PUBLISHERS[0]!.privateKey], path: "--key" },
  { title: "a key on the command line", args: sign("--key", VENUE_KEY.exportSecret(), "--scope", "1"), path: "--key" },
  { title: "most of a key on the command line", args: ["submit", "../../proof.json", "--registry-address", SUBJECT, "--rpc", "env:RPC", "--key", `0x${VENUE_KEY.exportSecret().slice(1)}`], path: "--key" },
  { title: "a watch with a key on the command line", args: watch("--key", `0x${VENUE_KEY.exportSecret()}`), path: "--key" },
  { title: "a watch that looks every half second", args: watch("--poll", "0.5"), path: "--poll" },
  { title: "a watch over an account without its venue", args: watch("--account", "main"), path: "--account" },
  { title: "a liquidation of a debtor that is no address", args: ["liquidate", "--creditor", "alice", "--journal", "bot", "--rpc", "env:RPC", "--key", "../../deribit.key"], path: "--creditor" },
  { title: "a release without its step", args: ["account-set", "release"], path: "margin-health account-set release" },
  { title: "a release with a key on the command line", args: [...at("registry", "account-set", "release", "announce").slice(0, -1), PUBLISHERS[0]!.privateKey], path: "--key" },
  { title: "a pause of nothing", args: ["control", "pause", "--rpc", "env:RPC", "--key", "env:PUBLISHER"], env: PUBLISHER_KEY, path: "--oracle-address" },
  { title: "a pause of two contracts", args: at("registry", "control", "pause", "--oracle-address", SUBJECT), env: PUBLISHER_KEY, path: "margin-health control pause" },
  { title: "a revocation of a root without its policy", args: at("oracle", "control", "revoke", "--root", "1"), env: PUBLISHER_KEY, path: "--root" },
  { title: "a revocation of a file and a root", args: at("oracle", "control", "revoke", "../../snapshot.json", "--root", "1"), env: PUBLISHER_KEY, path: "--root" },
  { title: "publishers of whom one is no address", args: at("oracle", "publishers", "announce", "--publisher", SUBJECT, "bob", "--quorum", "2"), env: PUBLISHER_KEY, path: "--publisher" },
  { title: "publishers without a quorum", args: at("oracle", "publishers", "announce", "--publisher", SUBJECT), path: "margin-health publishers announce" },
  { title: "a veto of what is no hash", args: ["publishers", "sign", "veto", "--rotation", "0x12", "--chain-id", "1", "--oracle-address", SUBJECT, "--key", "env:PUBLISHER", "--out", "out.json"], env: PUBLISHER_KEY, path: "--rotation" },
  { title: "a decision signed with a key on the command line", args: ["publishers", "sign", "revocation", "../../snapshot.json", "--chain-id", "1", "--oracle-address", SUBJECT, "--key", PUBLISHERS[0]!.privateKey, "--out", "out.json"], path: "--key" },
  { title: "collateral of no amount", args: at("registry", "collateral", "deposit"), path: "margin-health collateral deposit" },
  { title: "a salt on the command line", args: ["account-set", "--account", "a/b", "--salt-file", SALT], path: "--salt-file" },
];

/** Exit code 1: what it was given was read, and refused. */
const REFUSALS: readonly Refusal[] = [
  { title: "a file that is not there", args: ["verify", "nowhere.json"], code: "UnreadableFile", path: "nowhere.json" },
  { title: "a file that is not JSON", args: ["check", "--book", "../../deribit.key", ...MARKET], code: "UnreadableFile", path: "../../deribit.key" },
  { title: "a book in place of a market", args: ["check", "--book", "../../book.json", "--market", "../../book.json", "--policy", "../../policy.json"], code: "InvalidSchema", path: "../../book.json, format" },
  { title: "one account in two books", args: ["check", "--book", "../../book.json", "../../book.json", ...MARKET], code: "InvalidBook", path: "accounts[2]" },
  { title: "an instrument that the market does not list", args: ["check", "--book", "../../odd-book.json", ...MARKET], code: "UnknownInstrument", path: "accounts[0].positions[0].instrument" },
  { title: "a hedge in an instrument that the market does not list", args: ["hedge", "--book", "../../book.json", ...MARKET, "--account", "deribit/main", "--instruments", "GOLD"], code: "UnknownInstrument", path: "instruments[0]" },
  { title: "a hedge of two accounts of which none is named", args: ["hedge", "--book", "../../book.json", ...MARKET], code: "InvalidBook", path: "account" },
  { title: "a CSV with excess digits", args: ["import", "csv", "../../odd.csv", "--market", "../../market.json", "--book", "out.json"], code: "InvalidDecimal", path: "odd.csv, line 2, quantity" },
  { title: "a folder without responses", args: ["import", "deribit", ".", "--market", "out.json"], code: "UnreadableFile", path: "." },
  { title: "an edited snapshot", args: ["snapshot", "verify", "../../odd-snapshot.json", ...MARKET], code: "SnapshotMismatch", path: "../../odd-snapshot.json, root" },
  { title: "an edited snapshot to sign", args: signSnapshot("../../odd-snapshot.json", "../../market.json", "--epoch", "1"), env: PUBLISHER_KEY, code: "SnapshotMismatch", path: "../../odd-snapshot.json, root" },
  { title: "a snapshot to sign that is of another market than one's own", args: signSnapshot("../../snapshot.json", "../../later-market.json", "--epoch", "1"), env: PUBLISHER_KEY, code: "SnapshotMismatch", path: "../../snapshot.json, marketHash" },
  { title: "a snapshot of epoch zero", args: signSnapshot("../../snapshot.json", "../../market.json", "--epoch", "0"), env: PUBLISHER_KEY, code: "OutOfRange", path: "epoch" },
  { title: "a publisher's signature under an edited price", args: publishSnapshot("odd-signature.json"), env: PUBLISHER_KEY, code: "InvalidSignature", path: "../../odd-signature.json, signature" },
  { title: "a publisher's signature without its spots", args: publishSnapshot("bare-signature.json"), env: PUBLISHER_KEY, code: "InvalidSchema", path: "../../bare-signature.json, spots" },
  { title: "signatures of two epochs", args: publishSnapshot("signature.json", "later-signature.json"), env: PUBLISHER_KEY, code: "SnapshotMismatch", path: "signatures[1].epoch" },
  { title: "a publisher's signature twice", args: publishSnapshot("signature.json", "signature.json"), env: PUBLISHER_KEY, code: "InvalidSignature", path: "signatures[1].publisher" },
  { title: "signatures for another chain than the node's", args: publishSnapshot("foreign-signature.json"), env: PUBLISHER_KEY, code: "ChainError", path: "--rpc" },
  { title: "signatures for an address without an oracle", args: publishSnapshot("signature.json"), env: PUBLISHER_KEY, code: "ChainError", path: undefined },
  { title: "a tier that does not exist", args: ["snapshot", "build", ...MARKET, "--tier", "huge", "--out", "out.json"], code: "ArtifactMissing", path: "huge" },
  { title: "a folder that does not exist", args: ["snapshot", "build", ...MARKET, "--out", "nowhere/out.json"], code: "UnwritableFile", path: "nowhere/out.json" },
  { title: "a file that is already there", args: ["snapshot", "build", ...MARKET, "--out", "../../snapshot.json"], code: "FileExists", path: "../../snapshot.json" },
  { title: "a key file that is there already", args: ["attester", "keygen", "--out", "../../deribit.key"], code: "FileExists", path: "../../deribit.key" },
  { title: "a key that expires before it is valid", args: ["attester", "keygen", "--out", "k", "--entry-out", "e", "--venue", "okx", "--valid-from", "5", "--valid-until", "4"], code: "OutOfRange", path: "attesters[0].validUntil" },
  { title: "an entry whose key is no point", args: ["attester", "registry", "../../odd-entry.json", "--out", "out.json"], code: "InvalidPoint", path: "../../odd-entry.json, key" },
  { title: "an account that the book does not have", args: [...sign("--key", "../../deribit.key", "--scope", "1"), "--account", "okx/main"], code: "StatementMismatch", path: "../../book.json, accounts" },
  { title: "a file that holds no key", args: sign("--key", "../../set.salt", "--scope", "1"), code: "InvalidSchema", path: "../../set.salt" },
  { title: "a variable that holds no key", args: sign("--key", "env:KEY", "--scope", "1"), env: { KEY: `${VENUE_KEY.exportSecret()}0` }, code: "InvalidSchema", path: "env:KEY" },
  { title: "a variable that is not set", args: sign("--key", "env:KEY", "--scope", "1"), code: "UnreadableFile", path: "env:KEY" },
  { title: "a salt that is a key", args: sign("--key", "../../deribit.key", "--scope", "1", "--salt", "../../deribit.key"), code: "InvalidSchema", path: "../../deribit.key" },
  { title: "an edited statement", args: ["statement", "verify", "../../odd-statement.json", "--registry", "../../registry.json"], code: "InvalidSignature", path: "../../odd-statement.json, signature" },
  { title: "a statement of an unregistered key", args: ["statement", "verify", "../../custodian.statement.json", "--registry", "../../half-registry.json"], code: "UnknownAttester", path: "../../custodian.statement.json, attesterKey" },
  { title: "an unhealthy book", args: proveWith("--min-assurance", "attested", "--ratio-bps", "900000"), code: "Unhealthy", path: undefined },
  { title: "a statement of too weak a source", args: proveWith(), code: "StatementMismatch", path: "statements[1].attesterKey" },
  { title: "a statement for another subject", args: proveWith("--min-assurance", "attested", "--subject", SUBJECT), code: "StatementMismatch", path: "statements[0].subject" },
  { title: "a statement for another scope", args: proveWith("--min-assurance", "attested", "--scope", "1"), code: "StatementMismatch", path: "statements[0].scope" },
  { title: "a statement older than claimed", args: proveWith("--min-assurance", "attested", "--as-of", "4000000000"), code: "StatementMismatch", path: "statements[0].asOf" },
  { title: "accounts other than the registered", args: proveWith("--min-assurance", "attested", "--account-set", "1"), code: "StatementMismatch", path: "statements" },
  { title: "growth from other accounts than the registered", args: grow("--account-set", "1"), code: "StatementMismatch", path: "accounts" },
  { title: "growth by an account that is there", args: grow("--add", "deribit/main"), code: "StatementMismatch", path: "accounts[2]" },
  { title: "growth under the same salt", args: [...grow(), "--new-salt-file", "../../set.salt"], code: "StatementMismatch", path: "newSalt" },
  { title: "growth in a tier of another kind", args: grow("--tier", "test"), code: "ArtifactMissing", path: "test" },
  { title: "growth without its artefacts", args: grow("--artifacts", "nowhere"), code: "ArtifactMissing", path: join("nowhere", "growth", "artifacts.json") },
  { title: "a grown set with a changed signal", args: ["verify", "../../odd-growth.json"], code: "ProofRejected", path: "../../odd-growth.json, proof" },
  { title: "a proof of growth for what is no registry", args: ["submit", "../../growth.json", "--registry-address", SUBJECT, "--rpc", "env:RPC", "--key", "../../deribit.key"], code: "ChainError", path: "../../growth.json" },
  { title: "a snapshot of another tree", args: proveWith("--min-assurance", "attested", "--tier", "desk"), code: "SnapshotMismatch", path: "snapshot.treeParents" },
  { title: "artefacts that are not there", args: proveWith("--min-assurance", "attested", "--artifacts", "nowhere"), code: "ArtifactMissing", path: join("nowhere", "test", "artifacts.json") },
  { title: "a bundle with a changed signal", args: ["verify", "../../odd-proof.json"], code: "ProofRejected", path: "../../odd-proof.json, proof" },
  { title: "a bundle that boasts of a ceremony", args: ["verify", "../../boastful-proof.json"], code: "ArtifactMismatch", path: "../../boastful-proof.json, artifacts.setup" },
  { title: "a bundle made with another key", args: ["verify", "../../foreign-proof.json"], code: "ArtifactMismatch", path: "../../foreign-proof.json, artifacts.vkey" },
  { title: "a bundle about another snapshot", args: ["verify", "../../proof.json", "--snapshot", "../../larger-snapshot.json"], code: "SnapshotMismatch", path: "../../proof.json, snapshot.root" },
  { title: "a bundle of other attesters", args: ["verify", "../../proof.json", "--registry", "../../half-registry.json"], code: "UnknownAttester", path: "../../proof.json, publicSignals.attesterRoot" },
  { title: "a node that does not answer", args: ["status", SUBJECT, "--registry-address", SUBJECT, "--rpc", "http://127.0.0.1:9/with-an-api-key"], code: "ChainError", path: "--rpc" },
  { title: "a subject that is no address", args: ["status", "alice", "--registry-address", SUBJECT, "--rpc", "env:RPC"], code: "InvalidSchema", path: "subject" },
  { title: "a watch over a folder that is not there", args: watch("--from", "nowhere"), code: "UnreadableFile", path: "nowhere" },
  { title: "a watch with its journal below a file", args: watch("--journal", "../../policy.json/keeper"), code: "UnwritableFile", path: "../../policy.json/keeper" },
  { title: "a release at an address without a registry", args: at("registry", "account-set", "release", "announce"), env: PUBLISHER_KEY, code: "ChainError", path: "--registry-address" },
  { title: "a dry run at an address without a registry", args: at("registry", "account-set", "release", "execute", "--dry-run"), env: PUBLISHER_KEY, code: "ChainError", path: "--registry-address" },
  { title: "a deposit at an address without a registry", args: at("registry", "collateral", "deposit", "--amount", "1"), env: PUBLISHER_KEY, code: "ChainError", path: "--registry-address" },
  { title: "a pause at an address without an oracle", args: at("oracle", "control", "pause"), env: PUBLISHER_KEY, code: "ChainError", path: "--oracle-address" },
  { title: "a status of an address without an oracle", args: ["control", "status", "--oracle-address", SUBJECT, "--rpc", "env:RPC"], code: "ChainError", path: SUBJECT },
  { title: "a revocation of an edited snapshot", args: at("oracle", "control", "revoke", "../../odd-snapshot.json"), env: PUBLISHER_KEY, code: "SnapshotMismatch", path: "../../odd-snapshot.json, root" },
  { title: "a decision to revoke an edited snapshot", args: ["publishers", "sign", "revocation", "../../odd-snapshot.json", "--chain-id", "1", "--oracle-address", SUBJECT, "--key", "env:PUBLISHER", "--out", "out.json"], env: PUBLISHER_KEY, code: "SnapshotMismatch", path: "../../odd-snapshot.json, root" },
  { title: "a snapshot's signature in place of a decision's", args: ["publishers", "decide", "../../signature.json", "--rpc", "env:RPC", "--key", "env:PUBLISHER"], env: PUBLISHER_KEY, code: "InvalidSchema", path: "../../signature.json, format" },
  { title: "publishers at an address without an oracle", args: at("oracle", "publishers", "apply", ...SET), env: PUBLISHER_KEY, code: "ChainError", path: "--oracle-address" },
  { title: "a registry to publish whose root is another's", args: at("registry", "attester", "publish", "../../odd-registry.json"), env: PUBLISHER_KEY, code: "InvalidSchema", path: "../../odd-registry.json, root" },
  { title: "a registry to confirm whose root is another's", args: at("registry", "attester", "confirm", "../../odd-registry.json"), env: PUBLISHER_KEY, code: "InvalidSchema", path: "../../odd-registry.json, root" },
  { title: "several keys to revoke at once", args: at("registry", "attester", "revoke", "../../entries.json"), env: PUBLISHER_KEY, code: "InvalidSchema", path: "../../entries.json" },
  { title: "a key to revoke that is no point", args: at("registry", "attester", "revoke", "../../odd-entry.json"), env: PUBLISHER_KEY, code: "InvalidPoint", path: "../../odd-entry.json, key" },
  { title: "an address without a registry", args: ["status", SUBJECT, "--registry-address", SUBJECT, "--rpc", "env:RPC"], code: "ChainError", path: SUBJECT },
];

export const REFUSED: readonly (Refusal & { readonly exit: 1 | 2 })[] = [
  ...MISUSES.map((misuse) => ({ ...misuse, code: "UsageError", exit: 2 as const })),
  ...REFUSALS.map((refusal) => ({ ...refusal, exit: 1 as const })),
];

/** The damaged files that the table names. */
export async function writeOddities({ folder, cli, read, write }: Workspace): Promise<void> {
  const [snapshot, statement, proof, entries] = await Promise.all(["snapshot.json", "deribit.statement.json", "proof.json", "entries.json"].map(read));
  await write("odd-book.json", { format: "margin-book/1", accounts: [{ venue: "v", account: "a", asOf: 1, positions: [{ instrument: "GOLD", quantity: "1" }] }] });
  await writeFile(join(folder, "odd.csv"), "venue,account,as_of,instrument,quantity\nv,a,1,USD,0.123456789\n");
  await write("odd-snapshot.json", { ...snapshot, root: "1" });
  await write("odd-entry.json", { ...entries[0], key: ["1", "1"] });
  await write("odd-registry.json", { ...(await read("registry.json")), root: "1" });
  await write("odd-statement.json", { ...statement, sequence: 4 });
  await write("odd-proof.json", { ...proof, publicSignals: { ...proof.publicSignals, onChainCollateral: "1" } });
  await write("boastful-proof.json", { ...proof, artifacts: { ...proof.artifacts, setup: "ceremony" } });
  await write("foreign-proof.json", { ...proof, artifacts: { ...proof.artifacts, vkey: "0".repeat(64) } });
  await cli.json(["snapshot", "build", "--market", "market.json", "--policy", "policy.json", "--tree-parents", "2", "--out", "larger-snapshot.json"]);
  await write("later-market.json", { ...(await read("market.json")), asOf: snapshot.asOf + 1 });
  await writeSignatures({ cli, read, write });
  const growth = await read("growth.json");
  await write("odd-growth.json", { ...growth, publicSignals: { ...growth.publicSignals, grownSet: "1" } });
  await write("one-entry.json", entries[0]);
  await cli.json(["attester", "registry", "one-entry.json", "--out", "half-registry.json"]);
}

/** A publisher's signature, of two epochs and for two chains, whole and damaged. */
async function writeSignatures({ cli, read, write }: Pick<Workspace, "cli" | "read" | "write">): Promise<void> {
  const sign = (epoch: string, chainId: string, out: string) => cli.json([
    "snapshot", "sign", "snapshot.json", "--market", "market.json", "--policy", "policy.json", "--epoch", epoch, "--chain-id", chainId, "--oracle-address", SUBJECT, "--key", "env:PUBLISHER", "--out", out,
  ], { env: PUBLISHER_KEY });
  await sign("1", "31337", "signature.json");
  await sign("2", "31337", "later-signature.json");
  await sign("1", "1", "foreign-signature.json");
  const { spots, ...bare } = await read("signature.json");
  await write("odd-signature.json", { ...bare, spots: spots.map((spot: object) => ({ ...spot, price: "1" })) });
  await write("bare-signature.json", bare);
}
