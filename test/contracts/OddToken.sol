// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token as the world has them: any decimals, a fee on every transfer, a call back to whoever pays
/// @notice Worth nothing.
contract OddToken is ERC20("Odd", "ODD") {
    uint8 private immutable _decimals;
    uint256 private immutable _feeBps;

    /// @notice Called on every transfer out of it, if set.
    address public listener;

    /// @notice What the listener is called with.
    bytes public message;

    /// @notice Fixes its habits.
    /// @param decimals_ Its decimals.
    /// @param feeBps_ Fee on transfers, in basis points, burned.
    constructor(uint8 decimals_, uint256 feeBps_) {
        _decimals = decimals_;
        _feeBps = feeBps_;
    }

    /// @notice Mints.
    /// @param to Who receives.
    /// @param amount How much.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Calls a contract on every transfer.
    /// @param listener_ The contract.
    /// @param message_ The call.
    function listen(address listener_, bytes calldata message_) external {
        listener = listener_;
        message = message_;
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @dev Takes the fee, then makes the call; a refused call refuses the transfer with the same reason.
    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (amount * _feeBps) / 10_000;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(0), fee);
        if (listener == address(0)) return;
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, bytes memory reason) = listener.call(message);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
