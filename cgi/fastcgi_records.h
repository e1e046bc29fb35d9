// Tells from the headers of its records (FastCGI specification § 3.3) whether a
// request has arrived whole, so that no thread waits in libfcgi for the rest.
// Pure: bytes in, an answer out; what the records hold is libfcgi's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smsweb {

class RequestRecords {
 public:
  enum class State : std::uint8_t {
    kPart,
    kWhole,     // the record that ends the body has come, or an abort
    kNonsense,  // no FastCGI, or a head out of all bounds
  };

  // Of a body over `most_body` only so much is kept as shows that it is.
  explicit RequestRecords(std::size_t most_body) : most_body_(most_body) {}

  // The bytes that came next. Those that libfcgi will need are appended to
  // *kept; null: to nothing. Nothing more is taken once it is not kPart.
  State Take(std::string_view bytes, std::string* kept);

 private:
  std::size_t TakeHeader(std::string_view bytes);
  void BeginRecord();

  std::size_t most_body_;
  State state_ = State::kPart;
  std::string header_;         // of the record that has not wholly come
  std::size_t remaining_ = 0;  // of its content and padding
  bool skipped_ = false;       // this record is not kept
  bool last_ = false;          // the request is whole after this record
  bool begun_ = false;         // BEGIN_REQUEST has come
  unsigned request_id_ = 0;
  std::size_t head_size_ = 0;
  std::size_t body_size_ = 0;  // kept
};

}  // namespace smsweb
