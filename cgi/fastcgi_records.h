// Tells from the headers of its records (FastCGI specification § 3.3) whether a
// request has arrived whole, so that no thread waits in libfcgi for the rest.
// Pure: bytes in, an answer out; what the records hold is libfcgi's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace smsweb {

class RequestRecords {
 public:
  enum class State : std::uint8_t {
    kPart,
    kWhole,     // the record that ends the body has come, or an abort
    kNonsense,  // no FastCGI, or a head out of all bounds
  };

  // How many bytes a body may have, by the parameters before it (§ 5.2); asked
  // when the first of it comes. Of more only so much is kept as shows that it
  // is. None: nobody keeps anything.
  using MostBody = std::function<std::size_t(std::string_view parameters)>;
  explicit RequestRecords(MostBody most_body = {})
      : allow_(std::move(most_body)) {}

  // The bytes that came next. Those that libfcgi will need are appended to
  // *kept; null: to nothing. Nothing more is taken once it is not kPart.
  State Take(std::string_view bytes, std::string* kept);

 private:
  std::size_t TakeHeader(std::string_view bytes);
  void BeginRecord();
  void TakeParameters(std::string_view bytes);

  MostBody allow_;
  std::optional<std::size_t> most_body_;
  std::string parameters_;
  State state_ = State::kPart;
  std::string header_;         // of the record that has not wholly come
  std::size_t remaining_ = 0;  // of its content and padding
  std::size_t content_ = 0;    // of its content
  bool skipped_ = false;       // this record is not kept
  bool parameter_ = false;     // it is of PARAMS
  bool last_ = false;          // the request is whole after this record
  bool begun_ = false;         // BEGIN_REQUEST has come
  unsigned request_id_ = 0;
  std::size_t head_size_ = 0;
  std::size_t body_size_ = 0;  // kept
};

// Calls found(name, value) for each pair (§ 3.4), as far as they are whole.
void ForEachParameter(
    std::string_view parameters,
    const std::function<void(std::string_view, std::string_view)>& found);

}  // namespace smsweb
