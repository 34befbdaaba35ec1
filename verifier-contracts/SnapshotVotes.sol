// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Publication} from "./Publication.sol";
import {PublisherSet} from "./PublisherSet.sol";

/// @dev What an epoch's votes come to.
enum Tally {
    /// More votes are needed, and could still come.
    Open,
    /// A quorum voted for exactly this publication.
    Reached,
    /// Whatever the others vote, no publication of this epoch can reach the quorum any more.
    OutOfReach
}

/// @title Votes of publishers, one per policy and epoch
/// @notice Counted are the votes of those who are publishers when counting: a key that was removed or rotated out
/// takes its votes with it. Votes that complete a quorum are not stored, since the epoch ends with them.
/// @dev Out of reach means that more than (publishers − quorum) of them disagree with the leading publication. As many
/// could stop publication by silence, so a breaker that trips on it gives no one a power they had not; fewer, such as
/// one among three of whom two must agree, cannot trip it.
abstract contract SnapshotVotes is PublisherSet {
    mapping(bytes32 policyId => mapping(uint64 epoch => mapping(address publisher => bytes32))) private _votes;

    /// @notice A publisher voted.
    /// @param policyId The policy.
    /// @param epoch The policy's epoch.
    /// @param publisher Who voted.
    /// @param root The root it computed.
    /// @param publication EIP-712 struct hash of what it voted for.
    event SnapshotVoted(
        bytes32 indexed policyId,
        uint64 indexed epoch,
        address indexed publisher,
        uint256 root,
        bytes32 publication
    );

    /// @notice The publisher voted in this epoch before.
    error AlreadyVoted(address publisher, uint256 epoch);

    /// @notice Nothing was added to this epoch's votes, and they do not reach the quorum.
    error NoNewVote(uint256 epoch);

    /// @notice What a publisher voted for, while the epoch is open.
    /// @param policyId The policy.
    /// @param epoch The epoch.
    /// @param publisher The publisher.
    /// @return EIP-712 struct hash of the publication, zero for no vote.
    function voteOf(bytes32 policyId, uint64 epoch, address publisher) public view returns (bytes32) {
        return _votes[policyId][epoch][publisher];
    }

    /// @dev Adds votes to those of the epoch; voters ascend strictly, and are known to have voted for the candidate.
    /// Who voted for something else before is not counted, nor in the way of the others.
    function _cast(
        Publication calldata publication,
        bytes32 candidate,
        address[] memory voters
    ) internal returns (Tally tally) {
        address[] memory members = _publishers;
        bytes32[] memory votes = new bytes32[](members.length);
        bool[] memory isNew = new bool[](members.length);
        bool anyNew = false;
        uint256 next = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            votes[i] = voteOf(publication.policyId, publication.epoch, members[i]);
            if (next == voters.length || voters[next] != members[i]) continue;
            ++next;
            if (votes[i] != 0) continue;
            (votes[i], isNew[i], anyNew) = (candidate, true, true);
            emit SnapshotVoted(publication.policyId, publication.epoch, members[i], publication.root, candidate);
        }
        if (next != voters.length) revert NotAPublisher(voters[next]);

        tally = _tally(votes, candidate);
        if (tally == Tally.Reached) return tally;
        if (!anyNew) revert NoNewVote(publication.epoch);
        for (uint256 i = 0; i < members.length; ++i) {
            if (isNew[i]) _votes[publication.policyId][publication.epoch][members[i]] = candidate;
        }
    }

    function _tally(bytes32[] memory votes, bytes32 candidate) private view returns (Tally) {
        if (_count(votes, candidate) >= quorum) return Tally.Reached;
        uint256 undecided = _count(votes, 0);
        for (uint256 i = 0; i < votes.length; ++i) {
            if (votes[i] != 0 && _count(votes, votes[i]) + undecided >= quorum) return Tally.Open;
        }
        return undecided >= quorum ? Tally.Open : Tally.OutOfReach;
    }

    function _count(bytes32[] memory votes, bytes32 vote) private pure returns (uint256 count) {
        for (uint256 i = 0; i < votes.length; ++i) {
            if (votes[i] == vote) ++count;
        }
    }
}
