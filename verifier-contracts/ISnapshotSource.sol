// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev An accepted snapshot. `number` counts accepted snapshots from 1 over all policies.
struct Snapshot {
    uint32 number;
    uint64 epoch;
    uint32 asOf;
    bool revoked;
}

/// @title Where a registry learns which risk snapshots count
/// @notice Implemented by the oracle its publishers vote at, and by what relays their snapshots to another chain.
interface ISnapshotSource {
    /// @notice Finds a snapshot by its root.
    /// @param policyId The policy.
    /// @param root The root.
    /// @return number Its number, zero if it was never accepted.
    /// @return expiresAt Last second at which it is current, if nothing supersedes or revokes it before.
    /// @return current Whether it may be used now.
    function lookup(
        bytes32 policyId,
        uint256 root
    ) external view returns (uint32 number, uint256 expiresAt, bool current);

    /// @notice The snapshot with a number.
    /// @param number Its number.
    /// @return policyId Its policy, zero if there is none.
    /// @return root Its root.
    /// @return snapshot What was accepted.
    function snapshotAt(
        uint32 number
    ) external view returns (bytes32 policyId, uint256 root, Snapshot memory snapshot);

    /// @notice Whether new credit may be extended on this policy's snapshots now: no breaker has tripped.
    /// @param policyId The policy.
    /// @return Whether it may.
    function opensCredit(bytes32 policyId) external view returns (bool);

    /// @notice Until when accounts under this policy are or were spared from liquidation because a breaker tripped.
    /// @param policyId The policy.
    /// @return The last second of the latest grace, which stays known when it is over; zero if there never was one.
    function graceUntil(bytes32 policyId) external view returns (uint256);
}
