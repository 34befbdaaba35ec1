import { join } from "node:path";
import { readDeribitFolder, type DeribitFolder } from "../../prover/import/deribit-folder.ts";
import type { SourceText } from "../../prover/import/source-text.ts";

const FOLDER = join(import.meta.dirname, "../../scripts/demo-book");

/** The book the repository ships, as saved responses. */
export const DEMO = {
  healthy: readDeribitFolder(join(FOLDER, "deribit")),
  unhealthy: readDeribitFolder(join(FOLDER, "deribit"), join(FOLDER, "deribit-unhealthy")),
  custody: join(FOLDER, "custody.csv"),
} satisfies Record<string, DeribitFolder | string>;

/** A saved response as it would be after `change`, which may return a replacement of the whole body. */
export function edited(source: SourceText, change: (body: any) => unknown): SourceText {
  const body: unknown = JSON.parse(source.text);
  const replacement = change(body);
  return { ...source, text: JSON.stringify(replacement ?? body) };
}

/** `sources` with the one called `name` edited. */
export function editedIn(sources: readonly SourceText[], name: string, change: (body: any) => unknown): SourceText[] {
  if (!sources.some((source) => source.name === name)) throw new Error(`no source ${name}`);
  return sources.map((source) => (source.name === name ? edited(source, change) : source));
}
