// SPDX-License-Identifier: GPL-3.0-only
pragma solidity ^0.8.28;

/// @title Asks many contracts in one call
/// @notice So that what must hold after every step can be read after every step.
contract ManyReader {
    /// @notice Nobody answers there, or the question is refused.
    error NoAnswer(uint256 question, bytes reason);

    /// @notice Asks each contract its question.
    /// @param targets The contracts.
    /// @param questions Encoded calls.
    /// @return answers Encoded answers.
    function ask(address[] calldata targets, bytes[] calldata questions) external view returns (bytes[] memory answers) {
        answers = new bytes[](targets.length);
        for (uint256 i = 0; i < targets.length; ++i) {
            (bool ok, bytes memory answer) = targets[i].staticcall(questions[i]);
            if (!ok || answer.length == 0) revert NoAnswer(i, answer);
            answers[i] = answer;
        }
    }
}
