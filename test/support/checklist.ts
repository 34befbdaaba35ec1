/** The attack checklist: each line's number, what is refused, and the tests that show it, by file and title (or labelled row). */
export interface Line {
  readonly number: number;
  readonly refused: string;
  readonly tests: Readonly<Record<string, readonly string[]>>;
}

export const CHECKLIST: readonly Line[] = [
  // Set-up
  {
    number: 1,
    refused: "a key without contribution, under which anyone forges",
    tests: {
      "verification-key": ["refuses a key without contribution, under which a proof of anything is forged from the key alone"],
      "groth16": ["refuses a key that nobody contributed to"],
      "contract-margin-health-verifier": ["refuses a key %s, by the key's own error, and keeps its name free"],
      "contract-groth16-verifier": ["that nobody contributed to, under which anything can be forged", "to the forgery that an un-contributed key accepts"],
      "checklist": ["1 a key without contribution is refused by loading and by deploying"],
    },
  },
  {
    number: 2,
    refused: "the key of another circuit size",
    tests: {
      "local-setup": ["gives a key of one circuit that another circuit's proof does not pass"],
      "contract-margin-health-verifier": ["refuses a proof made for another tier, alone or among others", "never replaces a key, nor brings back a disabled tier"],
      "artifacts": ["another tier's lock", "refuses a lock whose circuit has another number of public signals than the key"],
      "checklist": ["2 a bundle of another tier or key is refused before its proof is looked at"],
    },
  },
  {
    number: 3,
    refused: "a trial key in the package or on a public network",
    tests: {
      "contract-tier-lifetime": ["refuses a key of a local set-up, and takes one of a ceremony"],
      "checklist": ["3 the package carries no key, and deployment refuses a local one on a public network"],
    },
  },

  // Ranges, sign, fixed point
  {
    number: 4,
    refused: "a number beyond its width",
    tests: {
      "circuits/position": ["a magnitude of 2^64", "a negative magnitude", "the largest short"],
      "circuits/margin": ["collateral of 65 bits and a loss factor of 35", "the largest of everything"],
      "circuits/risk-totals": ["a total of %s, in any column", "no row with an entry as large as the subgroup order, which is the same in the group: publishers refuse such rows (R13)"],
      "decimal": ["a quantity of 2^64", "a price of 2^64", "a collateral of 2^64"],
      "circuit-input": ["totals beyond the circuit's width", "collateral of 65 bits"],
      "domain": ["on every bit width of the ledger"],
      "margin-report": ["generated books stay inside the widths of the circuits' totals"],
    },
  },
  {
    number: 5,
    refused: "a comparison fed with an operand out of range",
    tests: {
      "circuits/range": ["to be compiled where a value would have two readings (R1)", "the bound below zero"],
      "circuits/statement": ["with checkStatements, a few seconds around every bound", "by times that differ by a multiple of the range"],
      "checklist": ["5 no circuit compares by a template that trusts its operands"],
    },
  },
  {
    number: 6,
    refused: "a second encoding of one number",
    tests: {
      "circuits/position": ["a third side", "a side of minus one", "by turning a short quantity into a long one", "a used slot without quantity"],
      "circuits/odd-digits": ["by reading another number, with every dependent wire recomputed"],
      "decimal": ["refuses negative zero %s"],
    },
  },
  {
    number: 7,
    refused: "a packed number with another reading",
    tests: {
      "circuits/claim": ["$part that overflows into $next, though the packed claim is the same", "an assurance beyond its two bits, on top of the claim"],
      "circuits/statement": ["%s that overflows %i bits into %s, though the packing is the same"],
      "contract-public-signals": ["with any bit above its 251 is refused"],
    },
  },
  {
    number: 8,
    refused: "a selector or flag that selects something else",
    tests: {
      "circuits/one-hot": ["one half, the mean of two indices", "by any other boolean vector, exhaustively"],
      "circuits/instrument-tree": ["a node beyond the tree", "the last column in place of the next parent's first", "a third slot", "the node next to it"],
      "circuits/position": ["a slot used twice", "a used slot of the empty instrument", "a quantity in an unused slot"],
      "circuits/margin-health": ["more statements than there are places", "minus one statement"],
    },
  },
  {
    number: 9,
    refused: "rounding for the prover",
    tests: {
      "risk-array": ["rounds each side against its holder", "rounds losses up, gains down and charges up"],
      "decimal": ["divDown leaves a remainder with the divisor's sign", "mulDivUp − mulDivDown is 0 when exact and 1 otherwise"],
      "margin-report": ["splitting a position over two accounts changes nothing"],
      "circuits/margin": ["with the twin and with the inequality over the rationals, for any totals"],
    },
  },
  {
    number: 10,
    refused: "one unit below the requirement, in every scenario",
    tests: {
      "bypass": ["equity exactly at what is claimed passes", "one unit of value less is refused in words, and by the circuit when nobody asks first", "one unit of on-chain collateral less is refused by both"],
      "flow": ["equity exactly at the requirement is enough, on-chain collateral included, and one unit of it less is not"],
      "circuits/margin": ["at the boundary: the smallest value that covers passes, and one unit below fails, for any other totals"],
    },
  },
  {
    number: 11,
    refused: "scenarios, instruments or prices dropped, doubled or exchanged",
    tests: {
      "circuits/risk-totals": ["two scenarios exchanged", "every column exchanged with its mirror image", "another instrument's row", "the short row in place of the long one", "a position counted twice"],
      "circuits/instrument-tree": ["two instruments of the node exchanged", "another id over the same risk"],
      "bypass": ["the missing unit cannot be found by understating the loss: this scenario would exceed it", "prices of another market"],
      "policy": ["a scenario twice, whatever its weight"],
      "market": ["a coin with two prices", "a name listed twice"],
    },
  },
  {
    number: 12,
    refused: "nothing that is just in range",
    tests: {
      "circuits/range": ["%s passes", "the widest width reads its largest value, and not the next"],
      "circuits/claim": ["every part at its largest, and all at zero"],
      "circuits/statement": ["everything at its largest"],
      "circuits/risk-totals": ["all at their largest"],
    },
  },

  // Structure
  {
    number: 13,
    refused: "a tree opened at a place that is none",
    tests: {
      "circuits/instrument-tree": ["an inner node whose children pose as entries", "a node between two", "an empty place opens to id 0 and the neutral point on both sides"],
      "circuits/attester-registry": ["an inner node as leaf, under the nodes as siblings", "a place beyond the tree", "the root as leaf", "the empty place's leaf, 0, is not what an attester of zeros hashes to"],
    },
  },
  {
    number: 14,
    refused: "positions or venues left out, doubled or stale",
    tests: {
      "bypass": ["a position left out", "a debt left out", "a venue left out, which has another account set than the registered one", "an account counted twice", "a statement older than the claim says", "sequences that do not add up"],
      "circuits/positions-hash": ["a position dropped at the end", "a position dropped at the boundary", "a position counted in both statements"],
      "circuits/account-set": ["an account left out", "one account counted twice, as %s, even if the registered set says so"],
      "contract-margin-health-registry": ["another account set than the registered one: a losing account cannot be left out"],
      "contract-account-sets": [
        "is not possible while a creditor holds a pledge, at the beginning or at the end", "takes no statements from before it: old ones of one account could hide behind a new account's",
        "shelters nobody from a breach of the health that still counts, by statements of its own set", "the same set registered again takes nothing from before: no proof comes back",
      ],
    },
  },
  {
    number: 15,
    refused: "a signature that is not the registered venue's own",
    tests: {
      "signature": ["R8 off the curve", "a key with a small-order component", "S plus the subgroup order, a second signature of the same message", "a signature that %s as key would accept from anybody"],
      "circuits/statement": ["a key off the curve", "R8 off the curve", "S of exactly the subgroup order", "scope: another chain, registry or policy", "book, with a position less"],
      "attester-registry": ["of a key at another venue, or an unknown key, are refused", "the point of order 2"],
      "contract-baby-jubjub": ["all eight points of small order, under which anyone signs", "points off the curve, the empty place among them"],
      "bypass": ["a key that had expired", "a key that was revoked, under the root that no longer has it", "a statement for another scope", "a statement for another subject"],
      "contract-attester-registry": ["ends every root that holds it, at once, and no other", "closes the way back by the grace period: the root before the latest holds the key as well"],
      "flow": ["the same proof is not accepted twice, nor once its attesters are revoked"],
    },
  },
  {
    number: 16,
    refused: "a hash of one kind as a hash of another",
    tests: {
      "domain": ["no two tags are equal"],
      "statement": ["no object's hash is another object's hash of the same parts"],
    },
  },

  // Public signals and contract
  {
    number: 17,
    refused: "signal + r, on every signal",
    tests: {
      "flow": ["$name plus the field's order is refused off chain, by the verifier and by the registry"],
      "contract-groth16-verifier": ["with the alias signal + r at place %i"],
      "contract-margin-health-registry": ["%s by the field's order, its alias"],
      "public-signals": ["an alias in the field"],
    },
  },
  {
    number: 18,
    refused: "each public signal changed by one",
    tests: {
      "flow": ["%s changed by one is refused off chain, by the verifier and by the registry", "the claim's part %o is refused by the proof alone"],
      "contract-margin-health-verifier": ["refuses any signal changed by one: false is never taken for an answer"],
      "groth16": ["refuses each signal changed by one, also the one that no constraint mentions"],
      "circuits/margin-health": ["by another %s over the same witness"],
    },
  },
  {
    number: 19,
    refused: "public signals cut short, extended or written otherwise",
    tests: {
      "groth16": ["accepts snarkjs's shortened list no longer, although snarkjs does", "refuses %s before any cryptography", "one signal missing", "one signal more", "a negative signal", "a leading zero"],
      "public-signals": ["a list with %s", "%s in any place"],
    },
  },
  {
    number: 20,
    refused: "a re-randomised proof as a second one",
    tests: {
      "contract-margin-health-registry": ["in re-randomised form, once"],
      "contract-groth16-verifier": ["any two proofs of one statement, and a proof that a stranger re-randomised"],
    },
  },
  {
    number: 21,
    refused: "a replay, elsewhere or later",
    tests: {
      "contract-margin-health-registry": [
        "on another chain at the same address is refused there", "at a second registry on the same chain is refused there", "on a fork of its chain under a new chain id is refused there, where all else is the same",
        "the scope of another %s", "from the subject as from anyone else: the claim names its subject", "a sequence that is not higher, zero included", "a replay after the proof has lapsed",
        "statements of a later second, and takes those of the same", "statements past their age, and takes those in the last second of it",
        "a snapshot that expired, was superseded too often or was revoked", "a retired policy",
        "is refused everywhere but at home, while one account is proved at home in several scopes at once",
      ],
      "contract-private-credit-line": ["is refused to anyone else than the subject of the proof"],
      "contract-publication-signatures": ["made for another chain, another oracle, another contract's domain or another version", "after their epoch, while paused, and when they add nothing"],
      "contract-relayed-snapshots": ["is of one chain although its snapshot is of both: the scope is another", "of an epoch that a later one has passed, however well signed"],
    },
  },
  {
    number: 22,
    refused: "a proof that says no",
    tests: { "checklist": ["22 the circuit has no output: there is no proof of an unhealthy book"] },
  },
  {
    number: 23,
    refused: "a verifier's no taken for yes",
    tests: {
      "contract-margin-health-verifier": ["refuses any signal changed by one: false is never taken for an answer", "checks a tier's proofs with Groth16Verifier and the announced key, byte for byte, deployed by itself", "has no way to a key that somebody else deployed: nothing it is given is an address, but of who may do what"],
      "contract-groth16-verifier": ["that run out of gas, instead of calling them invalid", "with any coordinate at q or above, though it is the same point", "every point at infinity", "outside its subgroup"],
      "contract-margin-health-registry": ["an unknown tier, a disabled tier, a proof of something else, a malformed proof"],
    },
  },
  {
    number: 24,
    refused: "a key or policy exchanged under its name, or brought back",
    tests: {
      "contract-margin-health-verifier": ["never replaces a key, nor brings back a disabled tier", "refuses strangers, each role apart", "takes a key once: not for another kind, not under another name, not after its tier's end"],
      "contract-tier-lifetime": ["takes no proof a second before its delay has passed", "needs the whole notice: one second less is refused, and so is the past", "moves neither forward nor back, before it and after it"],
      "contract-administrators": ["calls every function of every contract with anything it has seen, and nobody is healthy for it"],
      "contract-policy-table": ["is never changed, nor brought back once retired", "give no way to health: everything an administrator can send leaves an unproved subject unhealthy"],
    },
  },
  {
    number: 25,
    refused: "a batch that hides a false statement",
    tests: {
      "contract-groth16-batch": ["of nothing", "whose signals went to another, where proofs change places without them", "for another key, wherever it stands, and the forgery from the key alone", "at %i when any of its signals is one more"],
      "contract-groth16-batch-forgery": ["pass where a coefficient is of its own proof alone, in signal %i, and are refused here", "passes where its coefficient is zero, so that no coefficient here can be", "is refused beside thirty-one true ones, and repeated thirty-two times"],
      "contract-groth16-batch-gas": ["a point outside its subgroup is named only once the gas is shown to have been enough"],
    },
  },

  // Prover
  {
    number: 26,
    refused: "files that do not belong together",
    tests: {
      "artifacts": ["refuses any changed byte of the %s, and says what to do", "says what to do when the %s is missing"],
      "groth16": ["refuses a key that does not belong to the witness", "does not return a proof of a witness that breaks a constraint"],
      "flow": ["a witness that breaks one constraint gives a proof that neither the verifier nor the registry accepts"],
    },
  },
  {
    number: 27,
    refused: "a prover that hangs or mixes proofs up",
    tests: {
      "groth16": ["let the process end after proofs made at the same time", "serve calls that overlap, in any order, and end with the last", "that die turn the call into an error, and the next call works"],
      "flow": ["two proofs made at the same time both hold off chain, for their snapshot and attesters"],
      "witness-calculator": ["runs calculations at the same time without mixing them up"],
    },
  },
  {
    number: 28,
    refused: "secrets in messages, and guessable salts",
    tests: {
      "signature": ["never shows in text", "is not in the refusal of a malformed key"],
      "statement": ["are fresh, below 2^248, and long"],
      "witness-calculator": ["names the templates that refused, from the inside out, and no value", "does not print what a circuit logs"],
      "flow": ["the bundle shows nothing of the book"],
    },
  },
  {
    number: 29,
    refused: "silence about what leaks",
    tests: { "checklist": ["29 the README says what behaviour gives away"] },
  },

  // Process
  {
    number: 30,
    refused: "an unexplained finding, cost or optimisation",
    tests: {
      "lint-circuits": ["finds nothing in the circuits that circuits/lint-allow.json does not explain, and explains nothing that is not found"],
      "circuits/margin-health": ["the test tier"],
      "circuits/fixed-base": ["with itself when compiled with every wire"],
      "circuits/instrument-tree": ["with itself when compiled with every wire"],
      "circuits/forge": ["finds a forgery of the $name that is not pinned, inputs unchanged"],
      "contract-quality": ["compile without a warning", "pass the linter without a warning"],
    },
  },
];
