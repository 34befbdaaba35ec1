// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {AuctionTerms} from "../../verifier-contracts/AuctionTerms.sol";
import {Terms} from "../../verifier-contracts/IMarginHealth.sol";
import {LiquidationAuction} from "../../verifier-contracts/LiquidationAuction.sol";
import {Credit, PledgedCredit} from "../../verifier-contracts/PledgedCredit.sol";

/// @title A creditor that says what is owed and what it is worth
/// @notice As a creditor with a price feed would, or one that lies. Its debts are claims: nothing was lent.
contract QuotedCredit is LiquidationAuction {
    uint256 private _quote;

    /// @notice Takes the terms.
    /// @param credit Who and what the credit is between.
    /// @param terms_ What a subject must have proved.
    /// @param auctionTerms_ How its pledge is sold when it has not.
    constructor(
        Credit memory credit,
        Terms memory terms_,
        AuctionTerms memory auctionTerms_
    ) PledgedCredit(credit, terms_, auctionTerms_) {
        _quote = credit.unitPrice;
    }

    /// @notice Claims that a subject owes more.
    /// @param subject Who.
    /// @param amount How much more.
    function charge(address subject, uint256 amount) external {
        _addDebt(subject, amount);
    }

    /// @notice Quotes another price.
    /// @param quote Worth of one unit of the asset in units of the token, times 1e18.
    function quoteAt(uint256 quote) external {
        _quote = quote;
    }

    /// @notice Gives pledge back, as creditors do.
    /// @param subject Whose.
    /// @param amount How much.
    function giveBack(address subject, uint256 amount) external {
        escrow.releasePledge(subject, amount);
    }

    /// @inheritdoc PledgedCredit
    function unitPrice() public view override returns (uint256) {
        return _quote;
    }
}
