pragma circom 2.2.0;

// Domain tags: uint(keccak256("margin-health/v1/" + name)) >> 8. They open every hash chain, so that a hash made for one
// purpose can never serve for another. twin: prover/commitment/domain.ts (compared by test/domain.test.ts).
function TAG_SNAPSHOT()    { return 196196719194011355067426707641444342347974306711791322490161113779141904376; }
function TAG_ACCOUNT()     { return 408103663552835509441289953404624015488725867760861133352001262311676631382; }
function TAG_ACCOUNT_SET() { return 433331989068450681161082669614040289730624728782764844127132173262242469474; }
function TAG_POSITIONS()   { return 352506077677417732009116225614673355952556105758980122401143777336654966922; }
function TAG_STATEMENT()   { return 422098349276882032864532163559431366333686509906614482041464169648405739335; }
function TAG_PORTFOLIO()   { return 189318956272974168960215300510056631409437690786873426395085568542335455641; }

// The bit ledger's widths. twin: prover/units.ts BITS.
function BITS_QUANTITY()   { return 64; }
function BITS_TOTAL()      { return 90; }
function BITS_COLLATERAL() { return 64; }
function BITS_TIME()       { return 32; }
function BITS_SEQUENCE()   { return 32; }
function BITS_COUNT()      { return 16; }
function BITS_FACTOR()     { return 34; }
function BITS_ASSURANCE()  { return 2; }
