// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @dev Why a liquidation ended.
enum Ending {
    /// A proof on the creditor's terms was accepted since the notice.
    Healthy,
    /// The pledge carries the debt alone.
    Whole,
    /// Nothing is owed.
    Repaid,
    /// Nothing is pledged; what was owed is bad debt.
    PledgeGone
}

/// @dev A subject's liquidation as it stands. Without one, all but debt, pledge, unit price and shortfall is zero.
struct Auction {
    /// Who gave notice, and is rewarded.
    address keeper;
    /// When, zero if nobody did.
    uint256 noticedAt;
    /// When the auction started, zero if it did not.
    uint256 startedAt;
    /// First second at which it may start or may have started, what spared the subject considered.
    uint256 startsFrom;
    /// Last second for which a circuit breaker or a pause spares the subject, zero or past if none does: nobody starts
    /// or bids.
    uint256 sparedUntil;
    /// Whether health was regained since the notice: anybody may cancel, nobody may start or bid.
    bool isVoid;
    /// Owed, in the asset's units.
    uint256 debt;
    /// Pledged to this creditor, in the token's units.
    uint256 pledge;
    /// Worth of one unit of the asset in units of the token, times 1e18.
    uint256 unitPrice;
    /// Share that the pledge lacks of what the debt needs without a proof, times 1e18.
    uint256 shortfall;
    /// What a unit of the pledge costs now, as a share of its worth, times 1e18. Zero before the start and when over.
    uint256 price;
    /// Most that may be repaid now in one go.
    uint256 largestRepayment;
    /// What whoever repays that receives.
    uint256 collateral;
}

/// @title Liquidation of a credit that private health carried
/// @notice A credit stands on a proof on its creditor's terms, or else on its pledge alone. When it stands on neither:
///
///   notice   anybody records that, with its time. The subject has a grace period to prove its health again.
///   start    anybody, when that is over.
///   bid      anybody repays a part of the debt and receives a part of the pledge, for a price that falls with time
///            and shortfall (PenaltyCurve), but no more than makes the pledge carry the rest alone (ClosingShare).
///   takeOver anybody, when the price has fallen to nothing or nothing is pledged: what nobody wanted falls to the
///            lender for its full worth; what that does not cover is bad debt.
///   cancel   anybody, once health was regained, the pledge is enough or nothing is owed.
///
/// Grace period and price run from their beginning or from the last second that a circuit breaker or a pause of the
/// registry spared, whichever is later; while one spares the subject nobody starts or bids. It sets the clock back to
/// zero and does not only stop it: prices before it say nothing about prices after it. Nobody need have seen it: the
/// source of health still tells the latest one when it is over. Its graces begin a window apart at least; of pauses,
/// the latest may be one that did not spare this subject. So a grace period and an auction should together be shorter
/// than what the windows leave between graces, or causes that come as often as they count keep it from its end.
///
/// A notice from before health was regained counts for nothing, even if health was lost again: the last accepted proof
/// shows by its sequence that it is newer than the notice, and by its claim that it met the terms. A proof that never
/// met them voids nothing, and a second notice does not set the clock back.
///
/// A debt falls by what a bidder is asked for: an asset that takes a fee on transfer gives its lender less.
///
/// Nobody has a role here: no one seizes, stops or chooses. What is taken is at most what the subject pledged to this
/// creditor; another creditor's pledges are out of its reach, whatever it says that it is owed.
interface ILiquidationAuction {
    /// @notice Notice was given: the credit stands on neither health nor pledge.
    /// @param subject Whose credit.
    /// @param keeper Who gave it.
    /// @param sequence Sequence of the subject's last accepted proof.
    event NoticeGiven(address indexed subject, address indexed keeper, uint256 sequence);

    /// @notice An auction started.
    /// @param subject Whose pledge.
    /// @param debt What is owed.
    /// @param pledge What is pledged.
    event AuctionStarted(address indexed subject, uint256 debt, uint256 pledge);

    /// @notice A part of a debt was repaid for a part of the pledge.
    /// @param subject Whose debt.
    /// @param bidder By whom.
    /// @param price Share of its worth that was paid for the pledge, times 1e18.
    /// @param repaid Units of the asset.
    /// @param collateral What the bidder received, in units of the token.
    /// @param reward What went to the keeper's balance in escrow.
    /// @param fee What went to the lender's.
    event PledgeSold(
        address indexed subject,
        address indexed bidder,
        uint256 price,
        uint256 repaid,
        uint256 collateral,
        uint256 reward,
        uint256 fee
    );

    /// @notice A part of a debt was settled by giving pledge to the lender at its worth.
    /// @param subject Whose debt.
    /// @param settled Units of the asset.
    /// @param collateral What went to the lender's balance in escrow.
    event PledgeTakenOver(address indexed subject, uint256 settled, uint256 collateral);

    /// @notice A liquidation ended.
    /// @param subject Whose.
    /// @param ending Why.
    event LiquidationEnded(address indexed subject, Ending ending);

    /// @notice The subject's last proof meets the creditor's terms, or did after the notice.
    error HealthRegained(address subject);

    /// @notice What is pledged carries the debt alone.
    error PledgeSuffices(uint256 pledge, uint256 needed);

    /// @notice Nothing is owed.
    error NoDebt(address subject);

    /// @notice Notice was given before, and still counts.
    error AlreadyNoticed(uint256 noticedAt);

    /// @notice No notice was given.
    error NotNoticed(address subject);

    /// @notice The grace period runs until then.
    error GracePeriod(uint256 startsFrom);

    /// @notice A circuit breaker or a pause spares the subject until then.
    error Spared(uint256 until);

    /// @notice The auction runs already.
    error AlreadyStarted(uint256 startedAt);

    /// @notice No auction runs.
    error NotStarted(address subject);

    /// @notice The price has fallen to nothing: the rest is for `takeOver`.
    error AuctionOver(address subject);

    /// @notice The auction still asks a price for a pledge.
    error AuctionRunning(uint256 price);

    /// @notice Nothing was offered.
    error NothingOffered();

    /// @notice The bidder would receive less than it accepts for what it would repay.
    error TooLittleCollateral(uint256 collateral, uint256 accepted);

    /// @notice The credit still stands on neither health nor pledge.
    error StillShort(uint256 pledge, uint256 needed);

    /// @notice Records that a subject's credit stands on neither health nor pledge.
    /// @param subject Whose credit.
    function notice(address subject) external;

    /// @notice Starts the auction of a subject's pledge.
    /// @param subject Whose pledge.
    function start(address subject) external;

    /// @notice Repays a part of the subject's debt for a part of its pledge, at the price of the moment. Takes no more
    /// than may be repaid, so that a smaller repayment before it does not make it fail.
    /// @param subject Whose debt.
    /// @param offer Most that the caller repays, in the asset's units.
    /// @param minCollateral Least that the caller accepts for all of its offer; for a part of it, as large a part.
    /// @return repaid What it repaid.
    /// @return collateral What it received.
    function bid(
        address subject,
        uint256 offer,
        uint256 minCollateral
    ) external returns (uint256 repaid, uint256 collateral);

    /// @notice Gives the lender what nobody wanted, at its worth, and records what it does not cover as bad debt.
    /// @param subject Whose pledge.
    function takeOver(address subject) external;

    /// @notice Ends a liquidation whose reason is gone.
    /// @param subject Whose.
    function cancel(address subject) external;

    /// @notice Whether notice could be given now.
    /// @param subject Whose credit.
    /// @return Whether it could.
    function liquidatable(address subject) external view returns (bool);

    /// @notice A subject's liquidation.
    /// @param subject Whose.
    /// @return As it stands in this block.
    function auctionOf(address subject) external view returns (Auction memory);
}
