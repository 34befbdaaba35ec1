// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Assurance, Level} from "./IMarginHealth.sol";

/// @dev The packed claim, read. Widths as in circuits/claim.circom.
struct Claim {
    address subject;
    uint32 asOf;
    uint40 sequence;
    uint24 minRatioBps;
    Level level;
    Assurance minAssurance;
}

/// @title The public signals by name
/// @notice The only place that knows their order. The order is the circuit's; a test compares the two.
library PublicSignals {
    /// @notice The packed claim has bits above its 251, or an assurance that does not exist.
    error InvalidClaim(uint256 claim);

    /// @dev Commits to policy, market and every instrument's risk numbers.
    function snapshotRoot(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[0];
    }

    /// @dev Root of the keys that may sign venue statements.
    function attesterRoot(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[1];
    }

    /// @dev Salted commitment to the subject's venue accounts.
    function accountSet(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[2];
    }

    /// @dev Commits to the venue statements.
    function portfolioCommitment(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[3];
    }

    /// @dev Who claims what, as of when: one packed field element.
    function claim(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[4];
    }

    /// @dev Collateral outside the venues that the proof counts, at 1e-8 quote units.
    function onChainCollateral(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[5];
    }

    /// @dev Chain, registry and policy the proof is for.
    function scope(uint256[7] calldata signals) internal pure returns (uint256) {
        return signals[6];
    }

    /// @dev The scope of a policy at a registry on this chain. 248 bits: always a field element.
    function scopeOf(address registry, bytes32 policyId) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, registry, policyId))) >> 8;
    }

    /// @dev What the claim says apart from its subject: asOf 32 | sequence 36 | ratio 20 | level 1 | assurance 2.
    function terms(uint256 packed) internal pure returns (uint96) {
        return uint96(packed >> 160);
    }

    /// @dev Refuses a claim outside its 251 bits, which would have a second reading.
    function requireClaim(uint256 packed) internal pure {
        if (packed >> 249 > uint256(type(Assurance).max)) revert InvalidClaim(packed);
    }

    /// @dev The claim's subject.
    function subject(uint256 packed) internal pure returns (address) {
        return address(uint160(packed));
    }

    /// @dev The claim's asOf.
    function asOf(uint256 packed) internal pure returns (uint32) {
        return uint32(packed >> 160);
    }

    /// @dev The claim's sequence.
    function sequence(uint256 packed) internal pure returns (uint40) {
        return uint40((packed >> 192) & (2 ** 36 - 1));
    }

    /// @dev The claim's ratio.
    function minRatioBps(uint256 packed) internal pure returns (uint24) {
        return uint24((packed >> 228) & (2 ** 20 - 1));
    }

    /// @dev The claim's level.
    function level(uint256 packed) internal pure returns (Level) {
        return Level((packed >> 248) & 1);
    }

    /// @dev The assurance of a claim that is one.
    function minAssurance(uint256 packed) internal pure returns (Assurance) {
        return Assurance(packed >> 249);
    }

    /// @dev Reads a claim.
    function unpack(uint256 packed) internal pure returns (Claim memory) {
        requireClaim(packed);
        return Claim({
            subject: subject(packed),
            asOf: asOf(packed),
            sequence: sequence(packed),
            minRatioBps: minRatioBps(packed),
            level: level(packed),
            minAssurance: minAssurance(packed)
        });
    }
}
