// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICollateralEscrow} from "./ICollateralEscrow.sol";

/// @title What the escrow and its registry tell each other
/// @notice How much must stay, and how much there is.
interface ICollateralUse {
    /// @notice Only the escrow says what it holds.
    error NotTheEscrow(address caller);

    /// @notice Takes note of what the escrow holds for a subject that no creditor may take.
    /// @param subject Whose collateral.
    /// @param held Amount at 1e-8 quote units.
    function noteHeld(address subject, uint256 held) external;

    /// @notice Collateral that a proof counts and that must stay.
    /// @param subject Whose collateral.
    /// @return Amount at 1e-8 quote units.
    function collateralInUse(address subject) external view returns (uint256);
}

/// @title Collateral outside the venues
/// @notice Holds one token, worth one quote unit each, for subjects. What a proof counts stays until the proof lapses
/// or a later one counts less; what is pledged stays until its creditor gives it back or takes it.
/// @dev Anyone may deposit for a subject; only the subject withdraws and pledges. Whatever changes what a proof may
/// count is told to the registry in the same step, before tokens leave and after they came. Credits what arrived, so a
/// token that takes a fee on transfer works; one whose balances move by themselves does not.
contract CollateralEscrow is ICollateralEscrow, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @dev Decimals in which collateral is counted.
    uint256 private constant _DECIMALS = 8;

    /// @notice The token held.
    IERC20 public immutable token;

    /// @notice Says what must stay.
    ICollateralUse public immutable registry;

    uint256 private immutable _tokenDecimals;

    /// @inheritdoc ICollateralEscrow
    mapping(address subject => uint256 amount) public balanceOf;

    /// @inheritdoc ICollateralEscrow
    mapping(address subject => uint256 amount) public pledgedOf;

    /// @inheritdoc ICollateralEscrow
    mapping(address subject => mapping(address creditor => uint256 amount)) public pledgedTo;

    /// @notice Tokens arrived.
    /// @param subject For whom.
    /// @param from Who paid.
    /// @param amount In the token's units.
    event Deposited(address indexed subject, address indexed from, uint256 amount);

    /// @notice Tokens left.
    /// @param subject Whose they were.
    /// @param to Who received them.
    /// @param amount In the token's units.
    event Withdrawn(address indexed subject, address indexed to, uint256 amount);

    /// @notice The subject has less than this that is not pledged.
    error InsufficientBalance(uint256 asked, uint256 held);

    /// @notice A proof that still runs counts this collateral.
    error CollateralInUse(uint256 inUse, uint256 left);

    /// @notice Token decimals beyond 36 are not supported.
    error UnsupportedDecimals(uint256 decimals);

    /// @notice Holds one token for one registry.
    /// @param token_ The token held: one of its units is worth one quote unit.
    /// @param registry_ Says what must stay.
    constructor(IERC20Metadata token_, ICollateralUse registry_) {
        token = token_;
        registry = registry_;
        _tokenDecimals = token_.decimals();
        if (_tokenDecimals > 36) revert UnsupportedDecimals(_tokenDecimals);
    }

    /// @notice Deposits for a subject.
    /// @param subject For whom.
    /// @param amount In the token's units.
    function deposit(address subject, uint256 amount) external nonReentrant {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = token.balanceOf(address(this)) - before;
        balanceOf[subject] += arrived;
        _tell(subject);
        emit Deposited(subject, msg.sender, arrived);
    }

    /// @notice Withdraws the caller's collateral, apart from what is pledged and what a running proof counts.
    /// @param to Who receives it.
    /// @param amount In the token's units.
    function withdraw(address to, uint256 amount) external nonReentrant {
        _requireFree(msg.sender, amount);
        balanceOf[msg.sender] -= amount;
        _tell(msg.sender);
        emit Withdrawn(msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ICollateralEscrow
    function pledge(address creditor, uint256 amount) external nonReentrant {
        if (creditor == address(0)) revert InvalidRecipient(creditor);
        _requireFree(msg.sender, amount);
        pledgedOf[msg.sender] += amount;
        pledgedTo[msg.sender][creditor] += amount;
        _tell(msg.sender);
        emit Pledged(msg.sender, creditor, amount);
    }

    /// @inheritdoc ICollateralEscrow
    function releasePledge(address subject, uint256 amount) external nonReentrant {
        _takeFromPledge(subject, amount);
        _tell(subject);
        emit PledgeReleased(subject, msg.sender, amount);
    }

    /// @inheritdoc ICollateralEscrow
    function seizePledge(address subject, address to, uint256 amount) external nonReentrant {
        _takeFromPledge(subject, amount);
        balanceOf[subject] -= amount;
        emit PledgeSeized(subject, msg.sender, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ICollateralEscrow
    function assignPledge(address subject, address to, uint256 amount) external nonReentrant {
        if (to == address(0)) revert InvalidRecipient(to);
        _takeFromPledge(subject, amount);
        balanceOf[subject] -= amount;
        balanceOf[to] += amount;
        _tell(to);
        emit PledgeAssigned(subject, msg.sender, to, amount);
    }

    /// @inheritdoc ICollateralEscrow
    function collateralOf(address subject) public view returns (uint256) {
        return _inQuoteUnits(_unpledged(subject));
    }

    /// @inheritdoc ICollateralEscrow
    function freeOf(address subject) external view returns (uint256) {
        return Math.saturatingSub(_unpledged(subject), _inTokenUnits(registry.collateralInUse(subject)));
    }

    /// @dev Called where the part that is not pledged changes. What is taken from a pledge leaves that part as it was:
    /// only whose balance receives it is told about.
    function _tell(address subject) private {
        registry.noteHeld(subject, collateralOf(subject));
    }

    /// @dev The caller is the creditor: what was pledged to others is out of its reach.
    function _takeFromPledge(address subject, uint256 amount) private {
        uint256 pledged = pledgedTo[subject][msg.sender];
        if (amount > pledged) revert PledgeTooSmall(amount, pledged);
        pledgedTo[subject][msg.sender] = pledged - amount;
        pledgedOf[subject] -= amount;
    }

    /// @dev What a proof counts is in use until the proof would have lapsed, whatever ended it before.
    function _requireFree(address subject, uint256 amount) private view {
        uint256 held = _unpledged(subject);
        if (amount > held) revert InsufficientBalance(amount, held);
        uint256 left = _inQuoteUnits(held - amount);
        uint256 inUse = registry.collateralInUse(subject);
        if (left < inUse) revert CollateralInUse(inUse, left);
    }

    function _unpledged(address subject) private view returns (uint256) {
        return balanceOf[subject] - pledgedOf[subject];
    }

    /// @dev Rounded down: a proof counts no more than there is.
    function _inQuoteUnits(uint256 amount) private view returns (uint256) {
        if (_tokenDecimals <= _DECIMALS) return amount * 10 ** (_DECIMALS - _tokenDecimals);
        return amount / 10 ** (_tokenDecimals - _DECIMALS);
    }

    /// @dev Rounded up: what stays is worth no less than what is in use.
    function _inTokenUnits(uint256 amount) private view returns (uint256) {
        if (_tokenDecimals <= _DECIMALS) return Math.ceilDiv(amount, 10 ** (_DECIMALS - _tokenDecimals));
        return amount * 10 ** (_tokenDecimals - _DECIMALS);
    }
}
