// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {GuardedSnapshots, SnapshotTerms} from "./GuardedSnapshots.sol";
import {TripReason} from "./ICreditBreaker.sol";
import {Publication, PublicationHash, PublisherSignature} from "./Publication.sol";
import {PublicationSignatures} from "./PublicationSignatures.sol";
import {SnapshotVotes, Tally} from "./SnapshotVotes.sol";

/// @title Risk snapshots that enough publishers computed alike
/// @notice A snapshot root commits to a policy, a market and every instrument's risk numbers, all of which anyone
/// recomputes bit for bit. It is accepted when a quorum of publishers has voted for the same publication, by
/// transaction or by signature: none of them is the oracle, nor is whoever administers it.
contract SnapshotOracle is GuardedSnapshots, SnapshotVotes, EIP712 {
    /// @notice Starts without a snapshot.
    /// @param terms See there.
    constructor(SnapshotTerms memory terms) GuardedSnapshots(terms) EIP712(DOMAIN_NAME, DOMAIN_VERSION) {}

    /// @notice Votes for a publication; the vote that completes the quorum makes its snapshot accepted.
    /// @param publication What the caller computed.
    function submit(Publication calldata publication) external whenNotPaused {
        bytes32 candidate = _candidate(publication);
        bool voted = voteOf(publication.policyId, publication.epoch, msg.sender) != 0;
        if (voted) revert AlreadyVoted(msg.sender, publication.epoch);
        address[] memory voters = new address[](1);
        voters[0] = msg.sender;
        _settle(publication, candidate, voters);
    }

    /// @notice Hands in publishers' signatures, which count as votes; anyone may. Signatures that do not complete the
    /// quorum are kept as votes. None are needed where votes suffice since the set of publishers changed.
    /// @param publication What they signed.
    /// @param signatures Strictly ascending by publisher.
    function publish(
        Publication calldata publication,
        PublisherSignature[] calldata signatures
    ) external whenNotPaused {
        bytes32 candidate = _candidate(publication);
        _settle(publication, candidate, _signers(candidate, signatures));
    }

    /// @notice Announces another set of publishers, as a whole.
    /// @param publishers_ Strictly ascending.
    /// @param quorum_ How many of them must agree.
    function announceRotation(
        address[] calldata publishers_,
        uint256 quorum_
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _announce(publishers_, quorum_);
    }

    /// @inheritdoc PublicationSignatures
    function domainSeparator() public view override returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _settle(Publication calldata publication, bytes32 candidate, address[] memory voters) private {
        Tally tally = _cast(publication, candidate, voters);
        if (tally == Tally.Reached) _accept(publication);
        if (tally == Tally.OutOfReach) _trip(publication.policyId, TripReason.Disagreement, block.timestamp);
    }

    function _candidate(Publication calldata publication) private view returns (bytes32) {
        _requireAcceptable(publication);
        return PublicationHash.hash(publication);
    }

    /// @dev A publisher that is a contract signs as ERC-1271 says.
    function _isSignature(
        address publisher,
        bytes32 digest,
        bytes calldata signature
    ) internal view override returns (bool) {
        return SignatureChecker.isValidSignatureNowCalldata(publisher, digest, signature);
    }
}
