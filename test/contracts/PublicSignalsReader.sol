// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Claim, PublicSignals} from "../../verifier-contracts/PublicSignals.sol";

/// @title Makes the library callable from outside
/// @notice Every function passes on.
contract PublicSignalsReader {
    using PublicSignals for uint256;
    using PublicSignals for uint256[7];

    /// @notice Every signal, by its accessor.
    /// @param signals The public signals.
    /// @return snapshotRoot Signal of that name.
    /// @return attesterRoot Signal of that name.
    /// @return accountSet Signal of that name.
    /// @return portfolioCommitment Signal of that name.
    /// @return claim Signal of that name.
    /// @return onChainCollateral Signal of that name.
    /// @return scope Signal of that name.
    function read(
        uint256[7] calldata signals
    )
        external
        pure
        returns (
            uint256 snapshotRoot,
            uint256 attesterRoot,
            uint256 accountSet,
            uint256 portfolioCommitment,
            uint256 claim,
            uint256 onChainCollateral,
            uint256 scope
        )
    {
        snapshotRoot = signals.snapshotRoot();
        attesterRoot = signals.attesterRoot();
        accountSet = signals.accountSet();
        portfolioCommitment = signals.portfolioCommitment();
        claim = signals.claim();
        onChainCollateral = signals.onChainCollateral();
        scope = signals.scope();
    }

    /// @notice Reads a claim.
    /// @param packed The claim.
    /// @return Its parts.
    function unpack(uint256 packed) external pure returns (Claim memory) {
        return packed.unpack();
    }

    /// @notice Reads a claim again from what is stored of it.
    /// @param packed The claim.
    /// @return Its parts, the subject zero.
    function unpackTerms(uint256 packed) external pure returns (Claim memory) {
        return (uint256(packed.terms()) << 160).unpack();
    }

    /// @notice The scope of a policy at a registry on this chain.
    /// @param registry The registry.
    /// @param policyId The policy.
    /// @return The scope.
    function scopeOf(address registry, bytes32 policyId) external view returns (uint256) {
        return PublicSignals.scopeOf(registry, policyId);
    }
}
