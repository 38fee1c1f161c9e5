mod escaping;
mod forms;
mod handlers;
mod pages;
mod samples;
mod showing;
