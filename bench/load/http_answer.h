// An answer of HTTP/1.x, read as it comes: its status, where it ends, and
// whether another request may follow on the connection. A body is counted, not
// kept, but for the beginning of one that says what went wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smsweb::bench {

class HttpAnswer {
 public:
  enum class Progress : std::uint8_t {
    kMore,    // not yet whole
    kWhole,   // more bytes are not looked at
    kBroken,  // no answer of HTTP/1.x
  };

  // To be read next. An answer to HEAD has no body, whatever its headers say.
  void Expect(bool to_head);

  Progress Feed(std::string_view bytes);
  // The server has closed the connection: that may be the answer's end.
  Progress Close();

  bool started() const { return started_; }
  int status() const { return status_; }
  // The connection can take another request.
  bool keeps() const { return keeps_; }
  // The body's beginning, of a status other than 2xx.
  const std::string& body() const { return body_; }

 private:
  enum class State : std::uint8_t {
    kStatusLine,
    kHeader,
    kBody,       // `left_` bytes
    kBodyToEnd,  // until the connection is closed
    kChunkSize,
    kChunk,     // `left_` bytes
    kChunkEnd,  // the empty line after it
    kTrailer,
    kWhole,
    kBroken,
  };
  static Progress ProgressOf(State state);

  State Take(std::string_view& bytes);
  bool TakeLine(std::string_view& bytes, std::string_view& line);
  State TakeBody(std::string_view& bytes);
  State OnLine(std::string_view line);
  State OnStatusLine(std::string_view line);
  State OnHeader(std::string_view line);
  State OnHeadersEnd();
  State OnChunkSize(std::string_view line);
  bool HasNoBody() const;

  std::uint64_t left_ = 0;
  std::string line_;  // one that has not come whole
  std::string body_;
  int status_ = 0;
  State state_ = State::kStatusLine;
  bool to_head_ = false;
  bool started_ = false;
  bool keeps_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
};

}  // namespace smsweb::bench
