// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev A subject's last accepted proof, in one word: flags 8 | collateral 64 | attester root 24 | snapshot 32 |
/// healthyUntil 32 | terms 96, highest first. `terms` is its claim without the subject, in the claim's own packing
/// (asOf, sequence, ratio, level, assurance); snapshot and attester root by number. What else it showed is in its
/// event.
type Record is uint256;

using Records for Record global;

/// @title All that a proof has to read and write of its subject
/// @notice The only place that knows the order. A struct of the same fields costs two writes and a read more.
library Records {
    /// @dev The claim without its subject.
    function terms(Record record) internal pure returns (uint96) {
        return uint96(Record.unwrap(record));
    }

    /// @dev Last second at which it counts.
    function healthyUntil(Record record) internal pure returns (uint32) {
        return uint32(Record.unwrap(record) >> 96);
    }

    /// @dev The snapshot's number, zero if nothing was proved.
    function snapshot(Record record) internal pure returns (uint32) {
        return uint32(Record.unwrap(record) >> 128);
    }

    /// @dev The attester root's number.
    function attesterRoot(Record record) internal pure returns (uint24) {
        return uint24(Record.unwrap(record) >> 160);
    }

    /// @dev Collateral that it counts, at 1e-8 quote units.
    function collateral(Record record) internal pure returns (uint64) {
        return uint64(Record.unwrap(record) >> 184);
    }

    /// @dev What happened to it and to its subject.
    function flags(Record record) internal pure returns (uint8) {
        return uint8(Record.unwrap(record) >> 248);
    }

    /// @dev The same with other flags.
    function withFlags(Record record, uint8 flags_) internal pure returns (Record) {
        return Record.wrap((Record.unwrap(record) & (2 ** 248 - 1)) | (uint256(flags_) << 248));
    }

    /// @dev A record of these.
    function pack(
        uint96 terms_,
        uint32 healthyUntil_,
        uint32 snapshot_,
        uint24 attesterRoot_,
        uint64 collateral_,
        uint8 flags_
    ) internal pure returns (Record) {
        uint256 proof = uint256(terms_) | (uint256(healthyUntil_) << 96);
        uint256 numbers = (uint256(snapshot_) << 128) | (uint256(attesterRoot_) << 160);
        return Record.wrap(proof | numbers | (uint256(collateral_) << 184) | (uint256(flags_) << 248));
    }
}
