// Requests as web servers describe them, and forms as browsers write them.
#include "cgi/cgi_variables.h"

#include <map>

#include "catch.h"
#include "cgi/form.h"

namespace smsweb {
namespace {

using Map = std::map<std::string, std::string>;

Request FromMap(const Map& map) {
  return RequestFromVariables([&](const char* name) -> std::string_view {
    const auto found = map.find(name);
    return found == map.end() ? std::string_view()
                              : std::string_view(found->second);
  });
}

TEST_CASE("The path is found wherever the server put it") {
  struct Row {
    const char* what;
    Map variables;
    const char* path;
  };
  const Row rows[] = {
      {"nginx: all in SCRIPT_NAME",
       {{"SCRIPT_NAME", "/v1/messages"}},
       "/v1/messages"},
      {"Apache ScriptAlias /s.py", {{"SCRIPT_NAME", "/s.py"}}, "/s.py"},
      {"Apache ScriptAlias /v1",
       {{"SCRIPT_NAME", "/v1"}, {"PATH_INFO", "/messages/1"}},
       "/v1/messages/1"},
      {"in cgi-bin under its own name",
       {{"SCRIPT_NAME", "/cgi-bin/smsweb-cgi"}, {"PATH_INFO", "/s.py"}},
       "/s.py"},
      {"the whole path in both",
       {{"SCRIPT_NAME", "/s.py"}, {"PATH_INFO", "/s.py"}},
       "/s.py"},
      {"only REQUEST_URI", {{"REQUEST_URI", "/s.py?rcpt=%31"}}, "/s.py"},
      {"REQUEST_URI, escaped",
       {{"REQUEST_URI", "/v1%2Fmessages"}},
       "/v1/messages"},
      {"nothing at all", {}, ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(FromMap(row.variables).path == row.path);
  }
}

TEST_CASE("The other variables are taken as they are") {
  const Request request = FromMap({{"REQUEST_METHOD", "POST"},
                                   {"QUERY_STRING", "a=b"},
                                   {"CONTENT_TYPE", "text/plain"},
                                   {"REMOTE_ADDR", "10.0.0.1"},
                                   {"HTTP_AUTHORIZATION", "Bearer x"}});
  CHECK(request.method == "POST");
  CHECK(request.query == "a=b");
  CHECK(request.content_type == "text/plain");
  CHECK(request.remote_address == "10.0.0.1");
  CHECK(request.authorization == "Bearer x");
}

// Gives `text` in pieces of `piece` bytes.
ReadBytes Pieces(std::string text, std::size_t piece) {
  return [text, piece, at = std::size_t{0}](char* buffer,
                                            std::size_t size) mutable {
    const auto count = std::min({size, piece, text.size() - at});
    text.copy(buffer, count, at);
    at += count;
    return count;
  };
}

PlanBody AtMost(std::size_t most) {
  return [most](const Request&) { return BodyPlan{.most = most}; };
}

TEST_CASE("A body is read to its length, to its end, or to the limit") {
  using enum Request::BodyState;
  struct Row {
    const char* what;
    const char* content_length;
    std::string sent;
    Request::BodyState state;
    std::string body;  // for kWhole
  };
  const Row rows[] = {
      {"as declared", "5", "hello", kWhole, "hello"},
      {"more than declared", "5", "hello there", kWhole, "hello"},
      {"less than declared", "9", "hello", kCutShort, ""},
      {"nothing declared (chunked)", "", "hello", kWhole, "hello"},
      {"nothing at all", "", "", kWhole, ""},
      {"at the limit", "10", "0123456789", kWhole, "0123456789"},
      {"over the limit", "11", "0123456789a", kTooLarge, ""},
      {"over the limit, not declared", "", "0123456789a", kTooLarge, ""},
      {"a length that is no number", "many", "hello", kTooLarge, ""},
      {"a length with something behind it", "5x", "hello", kTooLarge, ""},
      {"a length beyond all numbers", "99999999999999999999", "x", kTooLarge,
       ""},
  };
  for (const Row& row : rows) {
    for (std::size_t piece : {1, 3, 100}) {
      INFO(row.what << ", in pieces of " << piece);
      Request request;
      ReadBody(row.content_length, AtMost(10), Pieces(row.sent, piece),
               &request);
      CHECK(request.body_state == row.state);
      if (row.state == kWhole) CHECK(request.body == row.body);
    }
  }
}

TEST_CASE("A body over the limit is read to its end all the same") {
  for (const char* content_length : {"30000", ""}) {
    std::size_t taken = 0;
    const auto pieces = Pieces(std::string(30000, 'x'), 1000);
    const ReadBytes counting = [&](char* buffer, std::size_t size) {
      const std::size_t got = pieces(buffer, size);
      taken += got;
      return got;
    };
    Request request;
    ReadBody(content_length, AtMost(10), counting, &request);
    CHECK(request.body_state == Request::BodyState::kTooLarge);
    CHECK(taken == 30000);
  }
}

TEST_CASE("A body that is streamed is left to be read") {
  Request request;
  ReadBody(
      "30000",
      [](const Request& head) {
        CHECK(head.length == 30000);
        return BodyPlan{.most = 10, .streamed = true};
      },
      Pieces(std::string(30000, 'x'), 1000), &request);
  CHECK(request.body.empty());
  CHECK(request.body_state == Request::BodyState::kWhole);
  char buffer[100];
  CHECK(request.stream(buffer, sizeof(buffer)) == sizeof(buffer));
  DiscardRest(request);
  CHECK(request.stream(buffer, sizeof(buffer)) == 0);
}

TEST_CASE("Forms are decoded as browsers encode them") {
  const Form form = Form::Parse("a=1&b=two+words&c=%C3%B6%2B&&d&e=&a=2&%66=x");
  CHECK(form.Find("a") == "1");  // the first
  CHECK(form.Find("b") == "two words");
  CHECK(form.Find("c") == "ö+");
  CHECK(form.Find("d") == "");
  CHECK(form.Find("e") == "");
  CHECK(form.Find("f") == "x");
  CHECK_FALSE(form.Find("g").has_value());
  CHECK(Form::Parse("x=%4&y=%zz&z=100%").Find("x") == "%4");
  CHECK(Form::Parse("x=%4&y=%zz&z=100%").Find("y") == "%zz");
  CHECK(Form::Parse("x=%4&y=%zz&z=100%").Find("z") == "100%");
}

}  // namespace
}  // namespace smsweb
