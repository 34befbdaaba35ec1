// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Record, Records} from "../../verifier-contracts/Record.sol";

/// @title Makes the packing of records callable from outside
/// @notice Every function passes on.
contract RecordReader {
    /// @notice Packs, changes the flags of a copy, and reads both.
    /// @param fields What is packed: terms, healthyUntil, snapshot, attester root, collateral, flags.
    /// @param flags Other flags.
    /// @return record What was packed.
    /// @return parts The fields of it.
    /// @return reflagged The copy.
    function read(
        uint256[6] calldata fields,
        uint8 flags
    ) external pure returns (uint256 record, uint256[6] memory parts, uint256 reflagged) {
        Record packed = Records.pack(
            uint96(fields[0]),
            uint32(fields[1]),
            uint32(fields[2]),
            uint24(fields[3]),
            uint64(fields[4]),
            uint8(fields[5])
        );
        record = Record.unwrap(packed);
        parts = [
            uint256(packed.terms()),
            packed.healthyUntil(),
            packed.snapshot(),
            packed.attesterRoot(),
            packed.collateral(),
            packed.flags()
        ];
        reflagged = Record.unwrap(packed.withFlags(flags));
    }
}
