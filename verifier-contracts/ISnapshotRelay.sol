// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Publication, PublisherSignature} from "./Publication.sol";

/// @title Snapshots of an oracle on another chain
/// @notice Takes what publishers signed for that oracle, from anyone: no bridge, and no messenger, is trusted.
interface ISnapshotRelay {
    /// @notice The source is missing, or on this chain.
    error InvalidSource();

    /// @notice The set in use can still name its successor itself: a member more than must agree is left, or it has
    /// published of late, or publication is paused.
    error SetNotBlocked();

    /// @notice Accepts what a quorum signed for the source.
    /// @param publication What they signed.
    /// @param signatures Strictly ascending by publisher.
    function publish(Publication calldata publication, PublisherSignature[] calldata signatures) external;

    /// @notice Revokes a snapshot that a quorum revokes.
    /// @param policyId The policy.
    /// @param root The root.
    /// @param signatures Strictly ascending by publisher.
    function relayRevocation(bytes32 policyId, uint256 root, PublisherSignature[] calldata signatures) external;

    /// @notice Announces the set of publishers that a quorum of the set in use names as its successor.
    /// @param publishers_ Strictly ascending.
    /// @param quorum_ How many of them must agree.
    /// @param signatures Strictly ascending by publisher.
    function relayRotation(
        address[] calldata publishers_,
        uint256 quorum_,
        PublisherSignature[] calldata signatures
    ) external;

    /// @notice Announces another set of publishers where the one in use cannot: guardians have removed members down to
    /// the quorum, and since the last snapshot expired there was none for as long as a rotation's notice. Only the
    /// admin may. As any announced set, it waits for its notice, and the guardian or a quorum's veto cancels it.
    /// @param publishers_ Strictly ascending.
    /// @param quorum_ How many of them must agree.
    function replaceBlockedSet(address[] calldata publishers_, uint256 quorum_) external;

    /// @notice Chain of the oracle that publishers sign for.
    /// @return Its chain id.
    function sourceChainId() external view returns (uint256);

    /// @notice The oracle that publishers sign for.
    /// @return Its address on that chain.
    function sourceOracle() external view returns (address);
}
