// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev A price that publishers agreed on, in units of 1e-8 of the quote currency.
struct Spot {
    /// keccak256 of the asset's name, without its lowest byte.
    uint256 asset;
    uint128 price;
}

/// @dev What publishers vote on, as a whole: whoever agrees on the root has computed the spots from the same market.
struct Publication {
    /// The policy: its hash.
    bytes32 policyId;
    /// Counts the policy's publications; grows with each, not necessarily by one.
    uint64 epoch;
    /// Commits to policy, market and every instrument's risk numbers.
    uint256 root;
    /// Time of the market data.
    uint32 asOf;
    /// Prices of the market's underlyings and currencies, strictly ascending by asset.
    Spot[] spots;
}

/// @dev A publisher's signature over a message's EIP-712 digest.
struct PublisherSignature {
    address publisher;
    bytes signature;
}

/// @title Hashes of what publishers sign
/// @notice EIP-712 struct hashes; the domain, which keeps a signature to one oracle on one chain, is the signer's and
/// the verifier's to add.
library PublicationHash {
    // Hashed when compiling: their length costs nothing.
    // solhint-disable gas-small-strings

    /// @notice Most spots of a publication.
    uint256 internal constant MAX_SPOTS = 64;

    bytes32 internal constant SPOT_TYPEHASH = keccak256("Spot(uint256 asset,uint128 price)");

    bytes32 internal constant PUBLICATION_TYPEHASH =
        keccak256(
            "Publication(bytes32 policyId,uint64 epoch,uint256 root,uint32 asOf,Spot[] spots)"
            "Spot(uint256 asset,uint128 price)"
        );

    bytes32 internal constant ROTATION_TYPEHASH =
        keccak256("Rotation(uint64 version,address[] publishers,uint256 quorum)");

    bytes32 internal constant REVOCATION_TYPEHASH = keccak256("Revocation(bytes32 policyId,uint256 root)");

    bytes32 internal constant VETO_TYPEHASH = keccak256("Veto(bytes32 rotation)");

    // solhint-enable gas-small-strings

    /// @notice A publication without spots would leave the breaker blind; more than 64 are refused for their gas.
    error InvalidSpotCount(uint256 spots);

    /// @notice The spot at this place is zero, or its asset is not after the one before.
    error InvalidSpot(uint256 index);

    /// @dev Refuses a publication whose spots are none, too many, zero, repeated or out of order.
    function hash(Publication calldata publication) internal pure returns (bytes32) {
        Spot[] calldata spots = publication.spots;
        if (spots.length == 0 || spots.length > MAX_SPOTS) revert InvalidSpotCount(spots.length);
        bytes32[] memory hashes = new bytes32[](spots.length);
        for (uint256 i = 0; i < spots.length; ++i) {
            if (spots[i].price == 0 || (i > 0 && spots[i].asset <= spots[i - 1].asset)) revert InvalidSpot(i);
            hashes[i] = keccak256(abi.encode(SPOT_TYPEHASH, spots[i].asset, spots[i].price));
        }
        return
            keccak256(
                abi.encode(
                    PUBLICATION_TYPEHASH,
                    publication.policyId,
                    publication.epoch,
                    publication.root,
                    publication.asOf,
                    keccak256(abi.encodePacked(hashes))
                )
            );
    }

    /// @dev Of the set of publishers that is to become the one with this version.
    function hashRotation(
        uint64 version,
        address[] memory publishers,
        uint256 quorum
    ) internal pure returns (bytes32) {
        bytes32 list = keccak256(abi.encodePacked(publishers));
        return keccak256(abi.encode(ROTATION_TYPEHASH, version, list, quorum));
    }

    /// @dev Of the word against an announced set.
    function hashVeto(bytes32 rotation) internal pure returns (bytes32) {
        return keccak256(abi.encode(VETO_TYPEHASH, rotation));
    }

    /// @dev Of the end of a snapshot.
    function hashRevocation(bytes32 policyId, uint256 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOCATION_TYPEHASH, policyId, root));
    }
}
