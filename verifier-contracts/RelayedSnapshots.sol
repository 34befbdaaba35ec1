// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {GuardedSnapshots, SnapshotTerms} from "./GuardedSnapshots.sol";
import {ISnapshotRelay} from "./ISnapshotRelay.sol";
import {Snapshot} from "./ISnapshotSource.sol";
import {Publication, PublicationHash, PublisherSignature} from "./Publication.sol";
import {PublicationSignatures} from "./PublicationSignatures.sol";

/// @title The snapshots of an oracle on another chain, by its publishers' signatures alone
/// @notice What a quorum signed for the source counts here: epochs, expiry, breaker and grace run as they do there. Who
/// relays can leave out, but neither change nor reorder; anyone can relay what another left out. Sets of publishers
/// change by the signatures of the set in use, after the same notice. The admin here can but resume after a pause, and
/// replace a set that guardians have cut down to its quorum and that has fallen silent, in which a single publisher
/// could otherwise refuse its signature for ever: as at the source, with notice, and unless a quorum of it objects.
/// @dev Only keys count as publishers here, no contracts: at a contract's address another may stand on this chain.
contract RelayedSnapshots is ISnapshotRelay, GuardedSnapshots {
    /// @inheritdoc ISnapshotRelay
    uint256 public immutable sourceChainId;

    /// @inheritdoc ISnapshotRelay
    address public immutable sourceOracle;

    bytes32 private immutable _sourceDomain;

    /// @notice Starts without a snapshot.
    /// @param terms See there; its publishers are the source's.
    /// @param sourceChainId_ Chain of the oracle that publishers sign for.
    /// @param sourceOracle_ Its address there.
    constructor(
        SnapshotTerms memory terms,
        uint256 sourceChainId_,
        address sourceOracle_
    ) GuardedSnapshots(terms) {
        bool here = sourceChainId_ == block.chainid;
        if (here || sourceChainId_ == 0 || sourceOracle_ == address(0)) revert InvalidSource();
        (sourceChainId, sourceOracle) = (sourceChainId_, sourceOracle_);
        _sourceDomain = keccak256(
            abi.encode(
                // solhint-disable-next-line gas-small-strings
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(DOMAIN_NAME)),
                keccak256(bytes(DOMAIN_VERSION)),
                sourceChainId_,
                sourceOracle_
            )
        );
    }

    /// @inheritdoc ISnapshotRelay
    function publish(
        Publication calldata publication,
        PublisherSignature[] calldata signatures
    ) external whenNotPaused {
        _requireAcceptable(publication);
        _requireQuorum(PublicationHash.hash(publication), signatures);
        _accept(publication);
    }

    /// @inheritdoc ISnapshotRelay
    function relayRevocation(bytes32 policyId, uint256 root, PublisherSignature[] calldata signatures) external {
        _requireQuorum(PublicationHash.hashRevocation(policyId, root), signatures);
        _revoke(policyId, root);
    }

    /// @inheritdoc ISnapshotRelay
    function relayRotation(
        address[] calldata publishers_,
        uint256 quorum_,
        PublisherSignature[] calldata signatures
    ) external {
        _requireQuorum(PublicationHash.hashRotation(setVersion + 1, publishers_, quorum_), signatures);
        _announce(publishers_, quorum_);
    }

    /// @inheritdoc ISnapshotRelay
    /// @dev A pause would make any set silent.
    function replaceBlockedSet(
        address[] calldata publishers_,
        uint256 quorum_
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        (, , Snapshot memory last) = snapshotAt(count);
        bool silent = block.timestamp > last.asOf + maxAge + rotationDelay;
        if (!silent || paused() || _publishers.length > quorum) revert SetNotBlocked();
        _announce(publishers_, quorum_);
    }

    /// @inheritdoc PublicationSignatures
    function domainSeparator() public view override returns (bytes32) {
        return _sourceDomain;
    }

    function _isSignature(
        address publisher,
        bytes32 digest,
        bytes calldata signature
    ) internal pure override returns (bool) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && signer == publisher;
    }
}
