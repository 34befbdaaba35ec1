// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A dollar for local chains
/// @notice Six decimals, as the large dollar tokens have. Anyone may mint: worth nothing outside demos and tests.
contract DemoDollar is ERC20("Demo Dollar", "dUSD") {
    /// @notice Mints.
    /// @param to Who receives.
    /// @param amount In millionths.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
