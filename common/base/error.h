// Failure is a value: a function that can fail returns Result<T>.
//
// An Error has a category, which decides what the caller does about it, and a
// message for a person, which says what, where and what to do instead. A
// message never holds a code, a PIN, a key or the text of an SMS.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace smsweb {

enum class ErrorKind : std::uint8_t {
  kInvalid,      // the input is at fault; trying it again changes nothing
  kNotFound,     // what was named is not there
  kConflict,     // it is there, in a state that does not allow this
  kUnavailable,  // not now: locked, full, unplugged; the same call may work
                 // later
  kInternal,     // a defect, or a system that broke its word
};

std::string_view ToString(ErrorKind kind);

struct Error {
  ErrorKind kind;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

// `return Fail(ErrorKind::kInvalid, "...");` from any function that returns a
// Result.
inline std::unexpected<Error> Fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

// kUnavailable with "WHAT: " and the text of errno.
std::unexpected<Error> FailErrno(std::string_view what, int error_number);

}  // namespace smsweb
