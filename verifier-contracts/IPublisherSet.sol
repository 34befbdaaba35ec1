// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title A set of publishers that changes with notice
/// @notice What is announced, in use and refused.
interface IPublisherSet {
    /// @notice A set was announced.
    /// @param version The version it is to have.
    /// @param publishers Its members.
    /// @param quorum How many of them must agree.
    /// @param from First second at which it may be put to use.
    event RotationAnnounced(uint64 indexed version, address[] publishers, uint256 quorum, uint32 from);

    /// @notice An announced set was cancelled: it never gets this version.
    /// @param version The version it was to have.
    /// @param rotation Hash of the announced set.
    event RotationCancelled(uint64 indexed version, bytes32 indexed rotation);

    /// @notice A set is in use.
    /// @param version Its version.
    /// @param publishers Its members.
    /// @param quorum How many of them must agree.
    event PublishersRotated(uint64 indexed version, address[] publishers, uint256 quorum);

    /// @notice A publisher was removed: its votes no longer count.
    /// @param version The version of the set it was in.
    /// @param publisher The publisher.
    event PublisherRemoved(uint64 indexed version, address indexed publisher);

    /// @notice The quorum is not more than half of the publishers, or more than all, or all on a public network, where
    /// each could stop publication alone.
    error InvalidQuorum(uint256 publishers, uint256 quorum);

    /// @notice The publisher at this place is zero, or not after the one before.
    error PublishersNotAscending(uint256 index);

    /// @notice The publisher was removed once.
    error PublisherBarred(address publisher);

    /// @notice Notice is too short for a network that is not local, or longer than a year.
    error InvalidRotationDelay(uint256 delay);

    /// @notice The announced set is the one in use.
    error SetInUse();

    /// @notice Another set is announced, and has not lapsed.
    error RotationPending(bytes32 rotation);

    /// @notice This very set was announced for this version, and cancelled.
    error RotationWasCancelled(bytes32 rotation);

    /// @notice This set is not the announced one.
    error RotationNotAnnounced(bytes32 rotation);

    /// @notice The announced set is not due yet, or has lapsed.
    error RotationNotDue(uint256 from, uint256 until);

    /// @notice Not a publisher, or named twice, or out of ascending order.
    error NotAPublisher(address account);

    /// @notice Fewer publishers signed than must agree.
    error QuorumNotReached(uint256 signers, uint256 quorum);

    /// @notice Without this publisher the quorum could not be reached: pause if it is compromised, and rotate.
    error QuorumOutOfReach(address publisher);

    /// @notice Puts the announced set to use once its notice has passed. Anyone may.
    /// @param publishers_ The announced members.
    /// @param quorum_ The announced quorum.
    function applyRotation(address[] calldata publishers_, uint256 quorum_) external;

    /// @notice The publishers in use.
    /// @return Strictly ascending.
    function publishers() external view returns (address[] memory);
}
