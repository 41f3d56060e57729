package io.dualwrite.spring.capture;

/** Where a statement has the value of a key's column from. */
sealed interface Operand {
    /** A parameter, by its number from 1. */
    record Mark(int number) implements Operand {}

    /** A value in the text. */
    record Literal(Object value) implements Operand {}
}
