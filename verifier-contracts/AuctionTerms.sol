// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev How a creditor liquidates. Shares and prices are in basis points; amounts are in units of the pledged token.
struct AuctionTerms {
    /// Seconds from a notice to the start of an auction, in which the subject may prove its health again.
    uint32 gracePeriod;
    /// Seconds in which the price falls from `openingPriceBps` to `kneePriceBps`.
    uint32 fastPeriod;
    /// Seconds in which it falls from there to nothing.
    uint32 slowPeriod;
    /// What a unit of the pledge costs at first, as a share of its worth.
    uint16 openingPriceBps;
    /// What it costs after the fast period.
    uint16 kneePriceBps;
    /// Margin that a debt needs once no proof carries it: a pledge worth the debt and this share of it more.
    uint32 marginBps;
    /// What closing restores beyond that margin, as a share of the margin.
    uint16 bufferBps;
    /// The lender's share of each penalty, while the pledge covers the debt.
    uint16 feeBps;
    /// The share of each penalty that goes to whoever gave notice,
    uint16 keeperBps;
    /// and most that it receives in one auction.
    uint128 maxReward;
    /// A debt worth no more than this may be closed whole.
    uint128 smallPosition;
}

/// @title Which auction terms make sense
/// @notice Refuses those under which a price rises, nothing can be closed, or more is paid out than was taken.
library AuctionRules {
    /// @dev One, in basis points.
    uint256 internal constant BPS = 10_000;

    /// @dev Bounds that keep every product of the closing formula within a word.
    uint256 internal constant MAX_MARGIN_BPS = 10 * BPS;

    /// @notice Terms that no auction could follow.
    error InvalidAuctionTerms();

    /// @dev A grace period and both periods of the price last; the price falls; what is shared out is shared once.
    function check(AuctionTerms memory terms) internal pure {
        bool lasts = terms.gracePeriod != 0 && terms.fastPeriod != 0 && terms.slowPeriod != 0;
        bool falls = terms.openingPriceBps <= BPS &&
            terms.kneePriceBps <= terms.openingPriceBps &&
            terms.kneePriceBps != 0;
        bool isBounded = terms.marginBps != 0 && terms.marginBps <= MAX_MARGIN_BPS && terms.bufferBps <= BPS;
        bool isShared = uint256(terms.feeBps) + terms.keeperBps <= BPS;
        if (!(lasts && falls && isBounded && isShared)) revert InvalidAuctionTerms();
    }
}
