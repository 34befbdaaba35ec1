// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {PublisherSignature} from "./Publication.sol";

/// @title Publishers' signatures over a message, in the domain of the oracle they publish at
/// @notice A publisher is counted, never a signature: a second form of one signature adds nothing.
abstract contract PublicationSignatures {
    /// @notice Name of the EIP-712 domain.
    string public constant DOMAIN_NAME = "Margin health snapshots";

    /// @notice Version of the EIP-712 domain.
    string public constant DOMAIN_VERSION = "1";

    /// @notice The signature is not this publisher's over this message in this domain.
    error InvalidPublisherSignature(address publisher);

    /// @notice The EIP-712 domain of the oracle that publishers sign for: its chain and address are in it.
    /// @return Its separator.
    function domainSeparator() public view virtual returns (bytes32);

    /// @dev Those who signed, in the order given. Whether they are publishers, each once, is for the set to say.
    function _signers(
        bytes32 structHash,
        PublisherSignature[] calldata signatures
    ) internal view returns (address[] memory signers) {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
        signers = new address[](signatures.length);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address publisher = signatures[i].publisher;
            if (!_isSignature(publisher, digest, signatures[i].signature)) revert InvalidPublisherSignature(publisher);
            signers[i] = publisher;
        }
    }

    function _isSignature(
        address publisher,
        bytes32 digest,
        bytes calldata signature
    ) internal view virtual returns (bool);
}
