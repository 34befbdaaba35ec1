// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev Why new credit is stopped.
enum TripReason {
    None,
    /// A published spot moved beyond its bound between two publications.
    SpotMove,
    /// So many publishers voted differently that the epoch's quorum was out of reach.
    Disagreement,
    /// A snapshot was revoked before it had expired.
    Revocation,
    /// The guardian's decision.
    Guardian,
    /// No snapshot, or the latest has expired.
    Staleness,
    /// Publication is paused.
    Pause
}

/// @dev A move allowed to one asset, instead of the default.
struct MoveBound {
    uint256 asset;
    uint16 bps;
}

/// @dev What a breaker bears, fixed for good: nobody can loosen it.
struct BreakerTerms {
    /// Largest move of a spot between two publications, in basis points of the lower of the two prices.
    uint16 moveBps;
    /// Publications without a new cause after which it re-arms.
    uint16 calmEpochs;
    /// Seconds since the latest cause after which it re-arms.
    uint32 calmPeriod;
    /// Seconds for which a trip spares existing accounts.
    uint32 grace;
    /// Seconds from the beginning of one grace to the earliest beginning of the next.
    uint32 graceWindow;
    MoveBound[] bounds;
}

/// @title A policy's circuit breaker, as anyone may read it
/// @notice While it is tripped no new credit is opened on the policy's snapshots, and existing accounts are spared for
/// a bounded time.
interface ICreditBreaker {
    /// @notice A policy's breaker tripped, or was given a new cause while tripped. Staleness is announced by the
    /// publication that ends it.
    /// @param policyId The policy.
    /// @param reason The cause.
    /// @param since First second of it.
    /// @param graceUntil Last second for which accounts are spared, or were where no grace is left to give.
    event BreakerTripped(bytes32 indexed policyId, TripReason indexed reason, uint256 since, uint256 graceUntil);

    /// @notice A spot moved beyond its bound.
    /// @param policyId The policy.
    /// @param asset The asset.
    /// @param before Its price in the publication that had it last.
    /// @param price Its price now.
    event SpotMoved(bytes32 indexed policyId, uint256 indexed asset, uint256 before, uint256 price);

    /// @notice A policy's breaker is armed again.
    /// @param policyId The policy.
    event BreakerRearmed(bytes32 indexed policyId);

    /// @notice A bound on moves is zero or 100 % or more, no calm is asked for, or the grace is not shorter than its
    /// window.
    error InvalidBreakerTerms();

    /// @notice The breaker has not tripped, or no publication without a new cause has followed the latest one.
    error NotCalm(bytes32 policyId);

    /// @notice Why a policy's new credit is stopped.
    /// @param policyId The policy.
    /// @return reason The first cause that is not over, `None` if credit is open.
    /// @return since First second of it.
    /// @return graceUntil Last second of the latest grace, over or not: existing accounts are or were spared until
    /// then. Zero if there never was one.
    function breaker(
        bytes32 policyId
    ) external view returns (TripReason reason, uint256 since, uint256 graceUntil);

    /// @notice The latest published price of an asset.
    /// @param policyId The policy.
    /// @param asset The asset.
    /// @return In units of 1e-8, zero if it was never published.
    function spotOf(bytes32 policyId, uint256 asset) external view returns (uint256);

    /// @notice Largest move of an asset's spot between two publications.
    /// @param asset The asset.
    /// @return In basis points of the lower price.
    function moveBound(uint256 asset) external view returns (uint256);
}
