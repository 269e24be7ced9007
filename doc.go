// Package prolong is the vocabulary of the house: the nouns of the business that every other
// package speaks in. It imports nothing of ours.
package prolong
