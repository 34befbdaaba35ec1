// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {Health, IMarginHealth, Terms} from "../../verifier-contracts/IMarginHealth.sol";

/// @title A registry's health, with a circuit breaker that anyone sets
/// @notice Everything is the registry's own answer, apart from the end of the breaker's grace.
contract BreakerHealth is IMarginHealth {
    IMarginHealth private immutable _registry;
    uint256 private _graceUntil;

    /// @notice Takes the registry.
    /// @param registry_ Answers everything else.
    constructor(IMarginHealth registry_) {
        _registry = registry_;
    }

    /// @notice Sets the breaker.
    /// @param until Last second of its grace, zero for none.
    function spareUntil(uint256 until) external {
        _graceUntil = until;
    }

    /// @inheritdoc IMarginHealth
    function isHealthy(address subject) external view returns (bool) {
        return _registry.isHealthy(subject);
    }

    /// @inheritdoc IMarginHealth
    function canOpen(address subject, Terms calldata terms) external view returns (bool) {
        return _registry.canOpen(subject, terms);
    }

    /// @inheritdoc IMarginHealth
    function meets(address subject, Terms calldata terms) external view returns (bool) {
        return _registry.meets(subject, terms);
    }

    /// @inheritdoc IMarginHealth
    function graceUntil(address, Terms calldata) external view returns (uint256) {
        return _graceUntil;
    }

    /// @inheritdoc IMarginHealth
    function health(address subject) external view returns (Health memory) {
        return _registry.health(subject);
    }
}
