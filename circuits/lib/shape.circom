pragma circom 2.2.0;

// A tier's shape: how many of each thing its margin program has. SHAPE is an array in the order of prover/commitment/padded-rules.ts
// shapeNumbers; what is 0 leaves no constraint behind.
function CELLS(SHAPE)         { return SHAPE[0]; }
function GROUPS(SHAPE)        { return SHAPE[1]; }
function SETS(SHAPE)          { return SHAPE[2]; }
function SCENARIOS(SHAPE)     { return SHAPE[3]; }
function SKEWS(SHAPE)         { return SHAPE[4]; }
function BASES(SHAPE)         { return SHAPE[5]; }
function TAILS(SHAPE)         { return SHAPE[6]; }
function EXPOSURES(SHAPE)     { return SHAPE[7]; }
function TIERS(SHAPE)         { return SHAPE[8]; }
function CORRELATIONS(SHAPE)  { return SHAPE[9]; }
function SENSITIVITIES(SHAPE) { return SHAPE[10]; }
function CELL_VALUES(SHAPE)   { return SHAPE[11]; }
function FLOORS(SHAPE)        { return SHAPE[12]; }
function PAIRING(SHAPE)       { return SHAPE[13]; }
function TAIL_SETS(SHAPE)     { return SHAPE[14]; }
function SHAPE_SIZE()         { return 15; }

// Lengths of rule inputs.
function WEIGHTS(SHAPE)   { return CELL_VALUES(SHAPE) * (SCENARIOS(SHAPE) + SKEWS(SHAPE)); }
function HAS_TAIL(SHAPE)  { return TAILS(SHAPE) > 0 ? 1 : 0; }
// Scenarios in use, size, flags, sets in use.
function TAIL_RULE(SHAPE) { return 4 * HAS_TAIL(SHAPE); }
function STRICT(SIZE)     { return SIZE * (SIZE - 1) \ 2; }
function TRIANGLE(SIZE)   { return SIZE * (SIZE + 1) \ 2; }
// What a set's loss is multiplied by where it meets losses of scenarios: rules of cells are at 1e-9, those of groups once more.
function LOSS_SCALE(SHAPE) { return GROUPS(SHAPE) == 0 ? 10 ** 9 : 10 ** 18; }
function HAS_CHARGE(SHAPE) { return EXPOSURES(SHAPE) + FLOORS(SHAPE) > 0 ? 1 : 0; }

// Whether every cell is a netting set of its own, gains and losses in full. twin: prover/commitment/padded-rules.ts isPlain
function IS_PLAIN(SHAPE)  { return GROUPS(SHAPE) == 0 && CELL_VALUES(SHAPE) == 0 && CELLS(SHAPE) == SETS(SHAPE) ? 1 : 0; }

// Classes of tail scenarios, t mod this many: the least common multiple of all numbers of sets that there is room for, so that of M sets
// class c is part of set c mod M, whatever M. twin: prover/commitment/padded-rules.ts tailClasses
function CLASSES_OF(SETS) {
    var count = 1;
    for (var m = 2; m <= SETS; m++) {
        var step = count;
        while (count % m != 0) { count += step; }
    }
    return count;
}
function TAIL_CLASSES(SHAPE) { return HAS_TAIL(SHAPE) == 0 ? 0 : CLASSES_OF(TAIL_SETS(SHAPE)); }

// Columns of the risk vector: where each kind begins. twin: prover/commitment/columns.ts
function LOSS_AT(SHAPE)     { return CELLS(SHAPE) * SCENARIOS(SHAPE); }
function SKEW_AT(SHAPE)     { return LOSS_AT(SHAPE) + IS_PLAIN(SHAPE) * SETS(SHAPE); }
function BASIS_AT(SHAPE)    { return SKEW_AT(SHAPE) + CELLS(SHAPE) * SKEWS(SHAPE); }
function VALUES_AT(SHAPE)   { return BASIS_AT(SHAPE) + 2 * CELLS(SHAPE) * BASES(SHAPE); }
function TAIL_AT(SHAPE)     { return VALUES_AT(SHAPE) + CELL_VALUES(SHAPE) * CELLS(SHAPE); }
function EXPOSURE_AT(SHAPE) { return TAIL_AT(SHAPE) + TAILS(SHAPE) + TAIL_CLASSES(SHAPE); }
function FLOOR_AT(SHAPE)    { return EXPOSURE_AT(SHAPE) + EXPOSURES(SHAPE); }
function VALUE_AT(SHAPE)    { return FLOOR_AT(SHAPE) + FLOORS(SHAPE) * SETS(SHAPE); }
function COLUMNS(SHAPE)     { return VALUE_AT(SHAPE) + 3; }
