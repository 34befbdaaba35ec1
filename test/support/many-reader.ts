/** Reads of many contracts, gathered into one call: what is asked for in one go is answered in one block. */
import type { Contract } from "ethers";
import type { Chain } from "./contracts.ts";

interface Question {
  readonly contract: Contract;
  readonly name: string;
  readonly data: string;
  readonly answer: (value: any) => void;
  readonly fail: (reason: unknown) => void;
}

export class ManyReader {
  readonly #reader: Contract;
  #waiting: Question[] = [];

  private constructor(reader: Contract) {
    this.#reader = reader;
  }

  static async on(chain: Chain): Promise<ManyReader> {
    return new ManyReader((await chain.ethers.deployContract("ManyReader")) as unknown as Contract);
  }

  /** As `contract.getFunction(name)(...parameters)`, with all others that are asked for before anybody is answered. */
  read(contract: Contract, name: string, ...parameters: unknown[]): Promise<any> {
    return new Promise((answer, fail) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#ask());
      this.#waiting.push({ contract, name, data: contract.interface.encodeFunctionData(name, parameters), answer, fail });
    });
  }

  async #ask(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    try {
      const answers: string[] = await this.#reader.getFunction("ask")(asked.map(({ contract }) => contract.target), asked.map(({ data }) => data));
      for (const [i, { contract, name, answer }] of asked.entries()) {
        const decoded = contract.interface.decodeFunctionResult(name, answers[i]!);
        answer(decoded.length === 1 ? decoded[0] : decoded);
      }
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  }
}
