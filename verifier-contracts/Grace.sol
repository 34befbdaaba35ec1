// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev A grace: its first and its last second. Both zero where there never was one; the last second before the first
/// for one of no seconds.
struct Span {
    uint32 from;
    uint32 to;
}

/// @title The one rule of every grace
/// @notice A grace spares accounts that cannot prove their health for no fault of theirs. It lasts a fixed time, and
/// the next one begins no sooner than a window, which is longer, after it began. So no span of a window has more grace
/// than one, however often there is a cause. The latest grace stays known when it is over: nobody needs to have seen
/// it while it lasted.
/// @dev A span of a window that begins x seconds into a grace has length - x seconds of it left, and at most x of the
/// next. What is known of the past never changes: for whoever asks at a time t, min(to, t) only grows with t.
library Graces {
    /// @dev The grace after a cause that began at `since`: a new one if the last began a window ago; the last again if
    /// it would still run, though it was cut short; else none, and the last stays as it is. One of no seconds is over
    /// before it begins.
    function afterCause(
        Span memory last,
        uint256 since,
        uint256 length,
        uint256 window
    ) internal pure returns (Span memory) {
        bool isNew = last.from == 0 || since >= last.from + window;
        uint256 from = isNew ? since : last.from;
        if (since >= from + length && !isNew) return last;
        return Span({from: _seconds(from), to: _seconds(from + length - 1)});
    }

    /// @dev The grace when its cause is over: it ends with this second, or ended before.
    function cut(Span memory last, uint256 time) internal pure returns (Span memory) {
        return time < last.to ? Span({from: last.from, to: _seconds(time)}) : last;
    }

    /// @dev Saturating: what spares accounts must not stop publication.
    function _seconds(uint256 time) private pure returns (uint32) {
        return uint32(Math.min(time, type(uint32).max));
    }
}
