// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Assurance, IMarginHealth, Level} from "./IMarginHealth.sol";
import {PublicSignals} from "./PublicSignals.sol";

/// @title The policies a registry takes proofs under
/// @notice Each with what it demands of a claim, and the scope that ties statements and proofs to this chain, this
/// registry and the policy. A policy is added once, never changed, and retired for good.
abstract contract PolicyTable is IMarginHealth, AccessControl {
    using PublicSignals for uint256;

    /// @dev What the registry demands of proofs under a policy. Set once.
    struct Requirements {
        uint24 minRatioBps;
        Level minLevel;
        Assurance minAssurance;
        uint32 maxStatementAge;
        bool retired;
    }

    /// @notice May add policies.
    bytes32 public constant POLICY_ADMIN_ROLE = keccak256("POLICY_ADMIN_ROLE");

    /// @notice May pause submissions and retire policies.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice No policy may ask for less than equity = requirement, so that "healthy" always means at least that.
    uint256 public constant LOWEST_RATIO_BPS = 10_000;

    mapping(bytes32 policyId => Requirements) private _requirements;
    mapping(uint256 scope => bytes32 policyId) private _policyOf;

    /// @notice Starts without a policy.
    /// @param admin Holds every role at first.
    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(POLICY_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, admin);
    }

    /// @notice Adds a policy. Its requirements never change; to change them, retire it and add another.
    /// @param policyId Hash of the policy.
    /// @param level Requirement that proofs must cover at least.
    /// @param minRatioBps Ratio that proofs must claim at least, itself at least LOWEST_RATIO_BPS.
    /// @param minAssurance Assurance that proofs must claim at least.
    /// @param maxStatementAge Seconds after which a venue statement no longer counts.
    function addPolicy(
        bytes32 policyId,
        Level level,
        uint24 minRatioBps,
        Assurance minAssurance,
        uint32 maxStatementAge
    ) external onlyRole(POLICY_ADMIN_ROLE) {
        if (policyId == 0 || minRatioBps < LOWEST_RATIO_BPS || maxStatementAge == 0) revert InvalidPolicyTerms();
        if (_requirements[policyId].maxStatementAge != 0) revert PolicyKnown(policyId);
        _requirements[policyId] = Requirements({
            minRatioBps: minRatioBps,
            minLevel: level,
            minAssurance: minAssurance,
            maxStatementAge: maxStatementAge,
            retired: false
        });
        uint256 scope = scopeOf(policyId);
        _policyOf[scope] = policyId;
        emit PolicyAdded(policyId, scope, level, minRatioBps, minAssurance, maxStatementAge);
    }

    /// @notice Takes no more proofs under a policy, for good.
    /// @param policyId Hash of the policy.
    function retirePolicy(bytes32 policyId) external onlyRole(GUARDIAN_ROLE) {
        Requirements storage requirements = _requirements[policyId];
        if (requirements.maxStatementAge == 0) revert UnknownPolicy(policyId);
        if (requirements.retired) revert RetiredPolicy(policyId);
        requirements.retired = true;
        emit PolicyRetired(policyId);
    }

    /// @notice What the registry demands under a policy.
    /// @param policyId Hash of the policy.
    /// @return The requirements, all zero if the policy was never added.
    function requirementsOf(bytes32 policyId) public view returns (Requirements memory) {
        return _requirements[policyId];
    }

    /// @notice The scope that statements and proofs under a policy must name at this registry.
    /// @param policyId Hash of the policy.
    /// @return The scope.
    function scopeOf(bytes32 policyId) public view returns (uint256) {
        return PublicSignals.scopeOf(address(this), policyId);
    }

    /// @dev The scope is computed again, not only looked up: after a fork of the chain, proofs for the other side
    /// stop here.
    function _requireScope(uint256 scope) internal view returns (bytes32 policyId) {
        policyId = _policyOf[scope];
        if (policyId == 0 || scopeOf(policyId) != scope) revert ScopeMismatch(scope);
    }

    /// @dev Answers with the last second at which the statements count.
    function _requireClaim(bytes32 policyId, uint256 claim) internal view returns (uint256 expiry) {
        Requirements storage demanded = _requirements[policyId];
        if (demanded.retired) revert RetiredPolicy(policyId);
        expiry = _requireFresh(demanded.maxStatementAge, claim.asOf());
        (Level level, Level minLevel) = (claim.level(), demanded.minLevel);
        if (level < minLevel) revert LevelTooLow(level, minLevel);
        (uint24 ratio, uint24 minRatio) = (claim.minRatioBps(), demanded.minRatioBps);
        if (ratio < minRatio) revert RatioTooLow(ratio, minRatio);
        (Assurance assurance, Assurance minAssurance) = (claim.minAssurance(), demanded.minAssurance);
        if (assurance < minAssurance) revert AssuranceTooLow(assurance, minAssurance);
    }

    /// @dev Answers with the last second at which statements from then count.
    function _requireFresh(uint256 maxStatementAge, uint256 asOf) internal view returns (uint256 expiry) {
        expiry = asOf + maxStatementAge;
        if (asOf > block.timestamp) revert StatementFromFuture(asOf, block.timestamp);
        if (expiry < block.timestamp) revert StatementTooOld(asOf, block.timestamp - maxStatementAge);
    }
}
