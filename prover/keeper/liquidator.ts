import { join } from "node:path";
import type { Address } from "../statement/address.ts";
import { decideLiquidation, type LiquidationLimits, type LiquidationStep } from "./decide-liquidation.ts";
import type { LiquidationState } from "./liquidation-port.ts";
import { LiquidationSender, type SenderParts, type SenderSettings } from "./liquidation-sender.ts";
import type { Pass } from "./keep.ts";
import type { BlockMark } from "./ports.ts";

export interface LiquidatorParts extends SenderParts {
  readonly limits: LiquidationLimits;
  readonly settings: LiquidatorSettings;
}

export interface LiquidatorSettings extends SenderSettings {
  /** Seconds between two looks. */
  readonly poll: number;
}

/** Debtors whose state is read at the same time. */
const AT_ONCE = 20;

/** Gives notice to debtors whose health has lapsed, starts their auctions, bids within limits, and ends what is over: one transaction at a time. */
export class Liquidator {
  readonly #parts: LiquidatorParts;
  readonly #sender: LiquidationSender;
  #told = new Map<Address, string>();

  constructor(parts: LiquidatorParts) {
    this.#parts = parts;
    this.#sender = new LiquidationSender(parts);
  }

  /** @throws MarginProofError when nodes fail: then look again later */
  async pass(): Promise<Pass> {
    const { chain, log, settings } = this.#parts;
    const head = await chain.head();
    if (log.open.length > 0) return { progressed: await this.#sender.follow(log.open, head), wait: settings.poll };
    return this.#look(head);
  }

  async #look({ timestamp: now }: BlockMark): Promise<Pass> {
    const { creditor, chain, limits, log, settings } = this.#parts;
    const available = limits.bids ? await creditor.funds(chain.sender) : 0n;
    let until = now + settings.poll;
    for (const [subject, state] of await this.#states()) {
      const step = decideLiquidation(state, limits, { available, spent: log.spent }, now);
      this.#tell(subject, step);
      if (step.step === "wait") until = Math.min(until, step.until ?? until);
      else if (await this.#sender.send({ subject, offer: 0n, minCollateral: 0n, ...step }, now)) return { progressed: true, wait: 1 };
    }
    return { progressed: false, wait: Math.max(1, until - now) };
  }

  /** Of all debtors, a few at a time: nodes do not like to be asked everything at once. */
  async #states(): Promise<readonly (readonly [Address, LiquidationState])[]> {
    const { creditor } = this.#parts;
    const debtors = await creditor.debtors();
    const states: [Address, LiquidationState][] = [];
    for (let i = 0; i < debtors.length; i += AT_ONCE) {
      states.push(...(await Promise.all(debtors.slice(i, i + AT_ONCE).map(async (subject): Promise<[Address, LiquidationState]> => [subject, await creditor.state(subject)]))));
    }
    return states;
  }

  /** Only what has changed since the last look. */
  #tell(subject: Address, step: LiquidationStep): void {
    if (step.step === "wait" && step.until === null) return void this.#told.delete(subject);
    const told = step.step === "wait" ? `waits until ${step.until}` : step.step;
    if (this.#told.get(subject) !== told) this.#parts.report("subject", { subject, step: told });
    this.#told.set(subject, told);
  }
}

/** Where a liquidation bot's own files are. */
export const liquidatorFiles = (folder: string) => ({ journal: join(folder, "liquidations.jsonl"), lock: join(folder, "liquidator.lock") });
