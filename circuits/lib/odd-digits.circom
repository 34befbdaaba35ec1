pragma circom 2.2.0;

// Signed odd digits. An integer x in [0, BASE^COUNT), BASE = 2^WIDTH, is read as
//     2x + 1 - BASE^COUNT = sum_j BASE^j * digit_j,     digit_j odd, |digit_j| < BASE,
// and every odd integer of that range has exactly one such reading (there are BASE^COUNT of both). Against plain bits this
// saves the sign handling of a window, needs no table entry for zero, and makes the reading itself the range check.

/// OddDigits2: 2-bit digits, one of -3, -1, 1, 3.
/// requires  R1 COUNT <= 100 (no wrap around the field)
/// ensures   0 <= x < 4^COUNT; 2x + 1 - 4^COUNT = sum 4^j digit[j]; square[j] = digit[j]^2 in {1, 9}
/// hints     digit (pinned: its square is 1 or 9, and the weighted sum is x)
/// cost      2 COUNT
template OddDigits2(COUNT) {
    signal input x;
    signal output digit[COUNT];
    signal output square[COUNT];
    assert(COUNT <= 100);

    var sum = 0;
    for (var j = 0; j < COUNT; j++) {
        digit[j] <-- 2 * ((x >> (2 * j)) & 3) - 3;
        square[j] <== digit[j] * digit[j];
        (square[j] - 1) * (square[j] - 9) === 0;
        sum += 4 ** j * digit[j];
    }
    sum === 2 * x + 1 - 4 ** COUNT;
}

/// OddDigits3: 3-bit digits, one of -7, -5, -3, -1, 1, 3, 5, 7, with the even powers that interpolation needs.
/// requires  R1 COUNT <= 80 (no wrap around the field)
/// ensures   0 <= x < 8^COUNT; 2x + 1 - 8^COUNT = sum 8^j digit[j]; power[j] = digit[j]^2, ^4, ^6
/// hints     digit (pinned: its square is 1, 9, 25 or 49, and the weighted sum is x)
/// cost      4 COUNT
template OddDigits3(COUNT) {
    signal input x;
    signal output digit[COUNT];
    signal output power[COUNT][3];
    assert(COUNT <= 80);

    var sum = 0;
    for (var j = 0; j < COUNT; j++) {
        digit[j] <-- 2 * ((x >> (3 * j)) & 7) - 7;
        power[j][0] <== digit[j] * digit[j];
        power[j][1] <== power[j][0] * power[j][0];
        // (e - 1)(e - 9) * (e - 25)(e - 49), both factors linear in e = power[0] and e^2 = power[1]
        (power[j][1] - 10 * power[j][0] + 9) * (power[j][1] - 74 * power[j][0] + 1225) === 0;
        power[j][2] <== power[j][0] * power[j][1];
        sum += 8 ** j * digit[j];
    }
    sum === 2 * x + 1 - 8 ** COUNT;
}
