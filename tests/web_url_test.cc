// URLs and addresses of receivers, as strangers write them.
#include "common/base/web_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "catch.h"
#include "common/base/public_address.h"

namespace smsweb {
namespace {

TEST_CASE("A URL is taken apart, and its host and port are made alike") {
  struct Row {
    const char* text;
    const char* origin;
    const char* path;
    const char* query;
  };
  const Row rows[] = {
      {"https://example.com", "https://example.com:443", "/", ""},
      {"https://example.com/", "https://example.com:443", "/", ""},
      {"https://EXAMPLE.Com:443/a", "https://example.com:443", "/a", ""},
      {"http://example.com/a/b?x=%2e%2e/&y=1", "http://example.com:80", "/a/b",
       "x=%2e%2e/&y=1"},
      {"http://example.com?x", "http://example.com:80", "/", "x"},
      {"http://my_service:8080/a/", "http://my_service:8080", "/a/", ""},
      {"http://127.0.0.1:1/", "http://127.0.0.1:1", "/", ""},
      {"http://[::1]:8080/", "http://[::1]:8080", "/", ""},
      {"http://[0:0:0::1]/", "http://[::1]:80", "/", ""},
      {"http://[2001:DB8::A]/", "http://[2001:db8::a]:80", "/", ""},
      {"https://xn--bcher-kva.example/%C3%BC/a;b=c",
       "https://xn--bcher-kva.example:443", "/%C3%BC/a;b=c", ""},
      {"https://example.com/a...b/.well-known/..a", "https://example.com:443",
       "/a...b/.well-known/..a", ""},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto url = ParseWebUrl(row.text);
    REQUIRE(url.has_value());
    CHECK(url->Origin() == row.origin);
    CHECK(url->path == row.path);
    CHECK(url->query == row.query);
  }
}

TEST_CASE("What some would read otherwise is no URL") {
  const char* const rows[] = {
      "",
      "example.com",
      "//example.com/",
      "ftp://example.com/",
      "HTTPS://example.com/",
      "https:/example.com/",
      "https:///example.com/",
      "https://",
      "https:// example.com/",
      "https://example.com /",
      "https://example.com/ a",
      "https://example.com/\ta",
      "https://example.com/a\r\nX: y",
      "https://example.com/\x7F",
      "https://example.com/\xC3\xBC",
      "https://\xC3\xBC.example/",
      "https://user@example.com/",
      "https://user:secret@example.com/",
      "https://example.com@evil.example/",
      "https://example.com\\@evil.example/",
      "https://example.com\\.evil.example/",
      "https://example.com#@evil.example/",
      "https://example.com/#a",
      "https://example.com/a#",
      "https://example.com/\\evil",
      "https://example.com/<a>",
      "https://example.com/\"a\"",
      "https://example.com/{a}",
      "https://example.com./",
      "https://.example.com/",
      "https://example..com/",
      "https://-a.example/",
      "https://a-.example/",
      "https://exa%6Dple.com/",
      "https://example.com%2f/",
      "https://example.com%00.evil.example/",
      "https://example.com:/",
      "https://example.com:0/",
      "https://example.com:080/",
      "https://example.com:65536/",
      "https://example.com:99999999999/",
      "https://example.com:443:443/",
      "https://example.com:+443/",
      "https://example.com:4a/",
      "http://127.1/",
      "http://127.0.0.01/",
      "http://0177.0.0.1/",
      "http://0x7f.0.0.1/",
      "http://0x7f000001/",
      "http://2130706433/",
      "http://1.2.3.256/",
      "http://a.1/",
      "http://[::1/",
      "http://[::1]a/",
      "http://[::1]:/",
      "http://[fe80::1%25eth0]/",
      "http://[fe80::1%eth0]/",
      "http://[127.0.0.1]/",
      "http://[]/",
      "http://::1/",
      "https://example.com/a/../b",
      "https://example.com/..",
      "https://example.com/./a",
      "https://example.com/a/.",
      "https://example.com/a//b",
      "https://example.com//",
      "https://example.com/%2e%2e/a",
      "https://example.com/%2E%2e/a",
      "https://example.com/.%2e/a",
      "https://example.com/..;a=b/c",
      "https://example.com/..%3ba/c",
      "https://example.com/a%2fb",
      "https://example.com/a%5cb",
      "https://example.com/%252e%252e/a",
      "https://example.com/%00",
      "https://example.com/%0d%0a",
      "https://example.com/%",
      "https://example.com/%4",
      "https://example.com/%zz",
      "https://example.com/?%",
      "https://example.com/?a b",
  };
  for (const char* row : rows) {
    INFO(row);
    CHECK_FALSE(ParseWebUrl(row).has_value());
  }
  const std::string begin = "https://example.com/";
  const std::string longest =
      begin + std::string(kLongestWebUrl - begin.size(), 'a');
  CHECK(ParseWebUrl(longest).has_value());
  CHECK_FALSE(ParseWebUrl(longest + "a").has_value());
  CHECK_FALSE(ParseWebUrl(std::string("https://example.com/\0", 21)));
  CHECK_FALSE(ParseWebUrl("http://" + std::string(64, 'a') + "/").has_value());
}

TEST_CASE("A URL covers what has its origin, and is below its path") {
  struct Row {
    const char* prefix;
    const char* url;
    bool covered;
  };
  const Row rows[] = {
      {"https://example.com", "https://example.com/any?where", true},
      {"https://example.com/", "https://example.com:443", true},
      {"https://example.com/", "https://EXAMPLE.com/a", true},
      {"https://example.com/", "http://example.com/", false},
      {"https://example.com/", "http://example.com:443/", false},
      {"https://example.com/", "https://example.com:8443/", false},
      {"https://example.com:8443/", "https://example.com/", false},
      {"https://example.com/", "https://a.example.com/", false},
      {"https://example.com/", "https://example.com.evil.example/", false},
      {"https://example.com/", "https://evilexample.com/", false},
      {"https://example.com/a", "https://example.com/a", true},
      {"https://example.com/a", "https://example.com/a?b", true},
      {"https://example.com/a", "https://example.com/a/b", true},
      {"https://example.com/a", "https://example.com/ab", false},
      {"https://example.com/a", "https://example.com/a;b", false},
      {"https://example.com/a", "https://example.com/A", false},
      {"https://example.com/a", "https://example.com/%61", false},
      {"https://example.com/a", "https://example.com/", false},
      {"https://example.com/a/", "https://example.com/a/b", true},
      {"https://example.com/a/", "https://example.com/a", false},
      {"http://[::1]/", "http://[0::1]/a", true},
      {"http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", false},
  };
  for (const Row& row : rows) {
    INFO(row.prefix << " " << row.url);
    const auto prefix = ParseWebUrl(row.prefix);
    const auto url = ParseWebUrl(row.url);
    REQUIRE(prefix.has_value());
    REQUIRE(url.has_value());
    CHECK(prefix->Covers(*url) == row.covered);
  }
}

TEST_CASE("An address is public, or somebody's own") {
  struct Row {
    const char* address;
    bool is_public;
  };
  const Row rows[] = {
      {"8.8.8.8", true},
      {"1.1.1.1", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"9.255.255.255", true},
      {"10.0.0.1", false},
      {"11.0.0.0", true},
      {"100.63.255.255", true},
      {"100.64.0.1", false},
      {"100.127.255.255", false},
      {"100.128.0.0", true},
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"128.0.0.1", true},
      {"169.254.169.254", false},
      {"172.15.255.255", true},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"172.32.0.1", true},
      {"192.0.0.8", false},
      {"192.0.2.1", false},
      {"192.88.99.1", false},
      {"192.168.1.1", false},
      {"192.169.0.1", true},
      {"198.18.0.1", false},
      {"198.19.255.255", false},
      {"198.20.0.1", true},
      {"198.51.100.7", false},
      {"203.0.113.7", false},
      {"223.255.255.255", true},
      {"224.0.0.1", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"::8.8.8.8", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:10.0.0.1", false},
      {"::ffff:8.8.8.8", true},
      {"64:ff9b::8.8.8.8", true},
      {"64:ff9b::127.0.0.1", false},
      {"64:ff9b::a9fe:a9fe", false},
      {"64:ff9b:1::8.8.8.8", false},
      {"100::1", false},
      {"2001::1", false},
      {"2001:10::1", false},
      {"2001:db8::1", false},
      {"2001:200::1", true},
      {"2002:7f00:1::1", false},
      {"2606:4700:4700::1111", true},
      {"2a00:1450::1", true},
      {"3fff::1", false},
      {"4000::1", false},
      {"5f00::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      {"", false},
      {"example.com", false},
      {"8.8.8", false},
      {"fe80::1%eth0", false},
  };
  for (const Row& row : rows) {
    INFO(row.address);
    CHECK(IsPublicAddress(row.address) == row.is_public);
  }
}

TEST_CASE("A socket's address in words") {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr);
  CHECK(AddressText(reinterpret_cast<const sockaddr&>(ipv4)) == "192.0.2.1");
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &ipv6.sin6_addr);
  CHECK(AddressText(reinterpret_cast<const sockaddr&>(ipv6)) ==
        "::ffff:127.0.0.1");
  sockaddr other{};
  other.sa_family = AF_UNIX;
  CHECK(AddressText(other).empty());
}

}  // namespace
}  // namespace smsweb
