// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev A published root. `number` counts roots from 1; `currentFrom` is the first second at which it may be used, and
/// `supersededAt` that of one after it, zero for the latest: both may be to come. A root that is superseded no later
/// than it may be used never counts. `revoked` says that nothing that stands on the root counts any more, whether the
/// root or a key in it was revoked.
struct AttesterRoot {
    uint32 number;
    uint32 publishedAt;
    uint32 currentFrom;
    uint32 supersededAt;
    bool revoked;
}

/// @title Where a registry learns whose statements count
/// @notice Implemented by the registry of attesters.
interface IAttesterSource {
    /// @notice Finds a root.
    /// @param root The root.
    /// @return number Its number, zero if it was never published.
    /// @return current Whether it may be used now.
    function lookup(uint256 root) external view returns (uint32 number, bool current);

    /// @notice Whether nothing that stands on a root counts any more: it was revoked, or a key in it was.
    /// @param number The root's number.
    /// @return Whether it was.
    function isRevoked(uint32 number) external view returns (bool);

    /// @notice The root with a number.
    /// @param number Its number.
    /// @return root The root, zero if there is none.
    /// @return entry What was published.
    function rootAt(uint32 number) external view returns (uint256 root, AttesterRoot memory entry);
}
