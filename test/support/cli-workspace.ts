/** One desk's way through the command line, up to a proof: a folder with every file, and a chain that waits for the bundle. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet } from "ethers";
import { contractAt, send } from "../../prover/chain/contracts.ts";
import { bookJson, type Book } from "../../prover/risk/book.ts";
import { marketJson } from "../../prover/risk/market-json.ts";
import { policyJson } from "../../prover/risk/policy.ts";
import { attesterJson } from "../../prover/statement/registry-json.ts";
import { commandLine, type CommandLine } from "./cli.ts";
import { connect, serve } from "./contracts.ts";
import { holding } from "./flow.ts";
import { deployFlow, testArtifacts, type Protocol } from "./protocol.ts";
import { OTHER_KEY, VENUE_KEY } from "./statements.ts";

export const SALT = "31415926535897932384626433832795028841";
const developmentAccount = (i: number) => HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", undefined, `m/44'/60'/0'/0/${i}`);
/** The account that the development mnemonic funds third. */
export const SENDER = developmentAccount(2);
/** The publishers of the flow's oracle; two must agree. */
export const PUBLISHERS = [2, 3, 4].map(developmentAccount);

const ACCOUNTS = [
  { venue: "deribit", account: "main", positions: [holding("BTC-30D-44000-C", -2), holding("BTC-PERPETUAL", 1), holding("USD", -20_000)] },
  { venue: "custodian", account: "vault", positions: [holding("BTC", 1)] },
];

export const MARKET = ["--market", "market.json", "--policy", "policy.json"];
export const STATEMENTS = ["--statement", "deribit.statement.json", "custodian.statement.json"];
export const PROVE = ["prove", "--snapshot", "snapshot.json", ...MARKET, ...STATEMENTS, "--registry", "registry.json", "--account-set-salt", "set.salt"];

export interface Workspace {
  readonly folder: string;
  readonly cli: CommandLine;
  readonly protocol: Protocol;
  readonly book: Book;
  /** What the commands said, by what they made. */
  readonly said: Readonly<Record<"snapshot" | "registry" | "deribit" | "custodian" | "accountSet" | "proof", any>>;
  readonly rpc: string;
  read(name: string): Promise<any>;
  write(name: string, json: unknown): Promise<void>;
  close(): Promise<void>;
}

export async function openWorkspace(): Promise<Workspace> {
  const artifacts = await testArtifacts();
  const folder = await mkdtemp(join(tmpdir(), "margin-health-cli-"));
  const cli = commandLine(folder);
  const node = await serve();
  const protocol = await deployFlow(artifacts, await connect({ network: "remote", override: { url: node.url } }));
  const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));
  const book = await writeInputs(folder, protocol, write);
  const said = await runFlow(cli, protocol);
  await send(contractAt("MarginHealthRegistry", protocol.address, protocol.subject), "registerAccountSet", [BigInt(said.accountSet.accountSet)]);
  const close = async () => {
    await protocol.chain.close();
    await node.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, cli, protocol, book, said, rpc: node.url, read: async (name) => JSON.parse(await readFile(join(folder, name), "utf8")), write, close };
}

async function writeInputs(folder: string, { desk }: Protocol, write: Workspace["write"]): Promise<Book> {
  const book: Book = { format: "margin-book/1", accounts: ACCOUNTS.map((account) => ({ ...account, asOf: desk.asOf })) };
  await write("market.json", marketJson(desk.market));
  await write("policy.json", policyJson(desk.policy));
  await write("book.json", bookJson(book));
  await write("entries.json", desk.registry.attesters.map((attester) => attester && attesterJson(attester)));
  await writeFile(join(folder, "deribit.key"), `${VENUE_KEY.exportSecret()}\n`);
  await writeFile(join(folder, "set.salt"), `${SALT}\n`);
  return book;
}

async function runFlow(cli: CommandLine, { address, borrower }: Protocol): Promise<Workspace["said"]> {
  const sign = (venue: string, account: string, key: string) => [
    "statement", "sign", "--book", "book.json", "--account", `${venue}/${account}`, "--key", key, "--subject", borrower,
    "--chain-id", "31337", "--registry-address", address, "--policy", "policy.json", "--sequence", "3", "--out", `${venue}.statement.json`,
  ];
  return {
    snapshot: await cli.json(["snapshot", "build", ...MARKET, "--out", "snapshot.json"]),
    registry: await cli.json(["attester", "registry", "entries.json", "--out", "registry.json"]),
    deribit: await cli.json(sign("deribit", "main", "deribit.key")),
    custodian: await cli.json(sign("custodian", "vault", "env:CUSTODIAN_KEY"), { env: { CUSTODIAN_KEY: `0x${OTHER_KEY.exportSecret().toUpperCase()}` } }),
    accountSet: await cli.json(["account-set", "--account", "deribit/main", "custodian/vault", "--salt-file", "set.salt"]),
    proof: await cli.json([...PROVE, "--min-assurance", "attested", "--ratio-bps", "10500", "--out", "proof.json"]),
  };
}
